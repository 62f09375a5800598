import { Metadata, status } from '@grpc/grpc-js';
import type { ExpectedRevision } from '../semantics/append-rules.js';

/** An error as gRPC carries it. The trailers tell the client which of its error classes it is. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;

  constructor(code: status, details: string, trailers: Readonly<Record<string, string>> = {}) {
    super(details);
    this.code = code;
    this.details = details;
    this.metadata = new Metadata();
    for (const [key, value] of Object.entries(trailers)) this.metadata.set(key, printable(value));
  }
}

export function accessDenied(): RpcError {
  return new RpcError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
}

export function unauthenticated(): RpcError {
  return new RpcError(status.UNAUTHENTICATED, 'Bad gRPC response. HTTP status code: 401');
}

export function streamDeleted(stream: string): RpcError {
  return new RpcError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });
}

export function wrongExpectedVersion(operation: string, stream: string, expected: number, actual: number): RpcError {
  const details = `${operation} failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${String(expected)}, Actual version: ${String(actual)}`;
  return new RpcError(status.FAILED_PRECONDITION, details, {
    exception: 'wrong-expected-version',
    'stream-name': stream,
    'expected-version': String(expected),
    'actual-version': String(actual),
  });
}

export function maximumAppendSizeExceeded(maximum: number): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, `Maximum Append Size of ${String(maximum)} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(maximum),
  });
}

export function requiredPropertyMissing(property: string): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, `Required Metadata Property '${property}' is missing`, {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  });
}

export function invalidArgument(details: string): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, details);
}

/** What the product answers where its own handler threw. */
export function handlerThrew(): RpcError {
  return new RpcError(status.UNKNOWN, 'Exception was thrown by handler.');
}

export function unexpectedResult(type: string): RpcError {
  return new RpcError(status.UNKNOWN, `Unexpected ${type}: Error`);
}

export function consumerTooSlow(): RpcError {
  const reason = 'Consumer too slow to handle event while live. Client resubscription required.';
  return new RpcError(status.ABORTED, `Operation timed out: ${reason}`);
}

export function serverNotReady(): RpcError {
  return new RpcError(status.UNAVAILABLE, 'Server Is Not Ready');
}

/** The numbers by which errors name an expectation. */
export function expectedNumber(expected: ExpectedRevision): number {
  switch (expected) {
    case 'no-stream':
      return -1;
    case 'any':
      return -2;
    case 'stream-exists':
      return -4;
    default:
      return expected;
  }
}

export function asRpcError(error: unknown): RpcError {
  return error instanceof RpcError ? error : handlerThrew();
}

/** Trailers carry printable ASCII only. */
function printable(value: string): string {
  return value.replaceAll(/[^\x20-\x7e]+/g, encodeURIComponent);
}
