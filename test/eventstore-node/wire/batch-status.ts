import status from '@eventstore/db-client/generated/status_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import type { ExpectedRevision } from '../semantics/append-rules.js';
import { bytes, integer, message, text } from './protobuf.js';

/** `google.rpc.Status` of a batch append, with details of the types that the client knows. */

const Code = {
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  unavailable: 14,
};

function failed(code: number, name: string, details: readonly Buffer[] = []): Status {
  const any = [text(1, `type.googleapis.com/event_store.client.${name}`), bytes(2, Buffer.concat(details))];
  return status.Status.deserializeBinary(Buffer.concat([integer(1, code), text(2, name), message(3, ...any)]));
}

export function wrongExpectedVersionStatus(expected: ExpectedRevision, current: number): Status {
  const stands = current < 0 ? message(2) : integer(1, current);
  return failed(Code.alreadyExists, 'WrongExpectedVersion', [stands, expectation(expected)]);
}

export function streamDeletedStatus(stream: string): Status {
  return failed(Code.notFound, 'StreamDeleted', [message(1, text(3, stream))]);
}

export function accessDeniedStatus(): Status {
  return failed(Code.permissionDenied, 'AccessDenied');
}

export function timeoutStatus(): Status {
  return failed(Code.deadlineExceeded, 'Timeout');
}

export function maximumAppendSizeExceededStatus(maximum: number): Status {
  return failed(Code.invalidArgument, 'MaximumAppendSizeExceeded', [integer(1, maximum)]);
}

export function badRequestStatus(reason: string): Status {
  return failed(Code.invalidArgument, 'BadRequest', [text(1, reason)]);
}

/** The log cannot be written any more. */
export function notReadyStatus(): Status {
  return failed(Code.unavailable, 'Unknown');
}

function expectation(expected: ExpectedRevision): Buffer {
  switch (expected) {
    case 'any':
      return message(4);
    case 'stream-exists':
      return message(5);
    case 'no-stream':
      return message(6);
    default:
      return integer(3, expected);
  }
}
