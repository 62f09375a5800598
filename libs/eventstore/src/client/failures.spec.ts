import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { failureOf } from './failures.js';

const wrong = (current: bigint | 'no_stream') =>
  new WrongExpectedVersionError(null as never, { streamName: 's', current, expected: 3n });

describe('a failure', () => {
  it.each([
    [7n, 7],
    ['no_stream', 'none'],
    [-1n, 'none'],
    [18_446_744_073_709_551_615n, 'none'],
  ] as const)('tells where the stream is: %s', (current, actual) => {
    expect(failureOf(wrong(current))).toEqual({ kind: 'wrong-revision', actual });
  });

  it('tells what the server refuses from what may have broken on the way', () => {
    expect(failureOf(new StreamNotFoundError(null as never, 's'))).toEqual({ kind: 'no-stream' });
    expect(failureOf(MaxAppendSizeExceededError.fromMaxAppendSize(1))).toMatchObject({ kind: 'too-large' });
    expect(failureOf(StreamDeletedError.fromStreamName('s'))).toMatchObject({ kind: 'refused' });
    expect(failureOf(new AccessDeniedError())).toMatchObject({ kind: 'refused' });
    expect(failureOf(new UnknownError(undefined, 'server is busy'))).toEqual({
      kind: 'broken',
      reason: 'server is busy',
    });
    expect(failureOf(Object.assign(new Error('14 UNAVAILABLE'), { code: 14 }))).toMatchObject({ kind: 'broken' });
    expect(failureOf('what')).toEqual({ kind: 'broken', reason: 'what' });
  });
});
