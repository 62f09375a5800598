import { describe, expect, it } from 'vitest';
import { receiptsJson, steps } from './receipts-json.js';

describe('steps', () => {
  it('say how many are at a sequence or beyond, newest first', () => {
    expect(steps([5, 3, 5, 0, 1])).toEqual([
      [5, 2],
      [3, 3],
      [1, 4],
    ]);
    expect(steps([])).toEqual([]);
    expect(steps([0, 0])).toEqual([]);
  });

  it('are at most sixteen: the newest, and the one that all have reached', () => {
    const all = steps(Array.from({ length: 500 }, (_, i) => i + 1));
    expect(all).toHaveLength(16);
    expect(all[0]).toEqual([500, 1]);
    expect(all[14]).toEqual([486, 15]);
    expect(all[15]).toEqual([1, 500]);
  });
});

describe('receiptsJson', () => {
  it('counts members only, and reading and sending as having received', () => {
    const json = receiptsJson('cnv_1', [
      { delivered: 2, read: 4, sent: 0, member: true },
      { delivered: 0, read: 0, sent: 6, member: true },
      { delivered: 9, read: 9, sent: 9, member: false },
    ]);
    expect(JSON.parse(json)).toEqual({
      conversationId: 'cnv_1',
      memberCount: 2,
      delivered: [
        [6, 1],
        [4, 2],
      ],
      read: [
        [6, 1],
        [4, 2],
      ],
    });
  });
});
