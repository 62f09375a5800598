import type { RecordEntry } from '@parley/client';
import { describe, expect, it } from 'vitest';
import { judge } from './judge.js';

const log = [1, 2, 3].map((sequence) => ({ sequence, clientMessageId: `m-${sequence}` }));
const place = { at: 0, conversationId: 'c', messageId: 'x' };
const received = (sequence: number): RecordEntry => ({
  ...place,
  event: 'received',
  sequence,
  senderId: 'a',
  clientMessageId: `m-${sequence}`,
});
const accepted = (sequence: number): RecordEntry => ({
  ...place,
  event: 'accepted',
  sequence,
  clientMessageId: `m-${sequence}`,
  repeated: false,
});

describe('what a device saw is held to the log', () => {
  it.each([
    ['nothing is wrong', [accepted(1), received(1), received(2), received(3)], [0, 0, 0]],
    ['one never came', [received(1), received(3)], [1, 0, 0]],
    ['one was accepted that the log does not have', [accepted(4), received(1), received(2), received(3)], [1, 0, 0]],
    ['one came twice', [received(1), received(2), received(2), received(3)], [0, 1, 0]],
    ['two changed places', [received(2), received(1), received(3)], [0, 0, 1]],
  ])('%s', (_what, entries, [lost, doubled, outOfOrder]) => {
    expect(judge(log, [{ name: 'device', entries }])).toEqual({ lost, doubled, outOfOrder });
  });
});
