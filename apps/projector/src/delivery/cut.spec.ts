import type { ParleyEvent } from '@parley/events';
import { describe, expect, it } from 'vitest';
import { decodedAt as at } from '../testing/decoded.js';
import { cutAtDepartures } from './cut.js';

const added = (userId: string): ParleyEvent => ({
  type: 'MemberAdded.v1',
  data: { userId, role: 'member', addedBy: 'usr_a', afterSequence: 0 },
});
const left = (userId: string): ParleyEvent => ({ type: 'MemberLeft.v1', data: { userId, afterSequence: 0 } });
const parked = (position: number) => ({ position, stream: 's', type: 't', reason: 'r' });

describe('cutAtDepartures', () => {
  it('leaves a batch whole in which nobody comes and goes', () => {
    const batch = { events: [at(1, added('usr_b')), at(2, left('usr_c'))], undecodable: [parked(3)], checkpoint: 4 };
    expect(cutAtDepartures(batch)).toEqual([batch]);
  });

  it('cuts before a departure of somebody who came in the same part', () => {
    const events = [at(2, added('usr_b')), at(4, left('usr_b')), at(5, added('usr_b')), at(6, left('usr_b'))];
    const batch = { events, undecodable: [parked(1), parked(3), parked(7)], checkpoint: 8 };
    const parts = cutAtDepartures(batch);
    expect(parts.map((part) => part.events.map(({ recorded }) => recorded.position))).toEqual([[2], [4, 5], [6]]);
    expect(parts.map((part) => part.checkpoint)).toEqual([2, 5, 8]);
    expect(parts.map((part) => part.undecodable.map(({ position }) => position))).toEqual([[1], [3], [7]]);
  });

  it('tells conversations apart', () => {
    const events = [at(1, added('usr_b')), at(2, left('usr_b'), 'conversation-cnv_2')];
    expect(cutAtDepartures({ events, undecodable: [], checkpoint: 2 })).toHaveLength(1);
  });
});
