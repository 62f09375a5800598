import status from '@eventstore/db-client/generated/status_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import type { ExpectedRevision } from '../semantics/append-rules.js';
import { Message } from './protobuf.js';

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

type Fill = (details: Message) => void;

function failed(code: number, name: string, fill: Fill = () => undefined): Status {
  const details = new Message();
  fill(details);
  const encoded = new Message()
    .integer(1, code)
    .text(2, name)
    .message(3, (any) => any.text(1, `type.googleapis.com/event_store.client.${name}`).bytes(2, details.finish()));
  return status.Status.deserializeBinary(encoded.finish());
}

export function wrongExpectedVersionStatus(expected: ExpectedRevision, current: number): Status {
  return failed(Code.alreadyExists, 'WrongExpectedVersion', (details) => {
    if (current < 0) details.message(2);
    else details.integer(1, current);
    writeExpectation(details, expected);
  });
}

export function streamDeletedStatus(stream: string): Status {
  return failed(Code.notFound, 'StreamDeleted', (details) => details.message(1, (name) => name.text(3, stream)));
}

export function accessDeniedStatus(): Status {
  return failed(Code.permissionDenied, 'AccessDenied');
}

export function timeoutStatus(): Status {
  return failed(Code.deadlineExceeded, 'Timeout');
}

export function maximumAppendSizeExceededStatus(maximum: number): Status {
  return failed(Code.invalidArgument, 'MaximumAppendSizeExceeded', (details) => details.integer(1, maximum));
}

export function badRequestStatus(reason: string): Status {
  return failed(Code.invalidArgument, 'BadRequest', (details) => details.text(1, reason));
}

/** The log cannot be written any more. */
export function notReadyStatus(): Status {
  return failed(Code.unavailable, 'Unknown');
}

function writeExpectation(details: Message, expected: ExpectedRevision): void {
  switch (expected) {
    case 'any':
      details.message(4);
      break;
    case 'stream-exists':
      details.message(5);
      break;
    case 'no-stream':
      details.message(6);
      break;
    default:
      details.integer(3, expected);
  }
}
