import type { Change } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { departed, entry, joined, me, message, room, said } from '../testing/builders.js';
import { applyAccepted } from './apply-accepted.js';
import { applyChange } from './apply-change.js';
import { anchorConversation, applySnapshotEntry } from './apply-entry.js';
import { emptyState, type LocalState, type StateEvent } from './local-state.js';

const fresh = (): LocalState => emptyState(me, { messages: 100, notices: 10, members: 10, people: 10 });
const announced = (events: readonly StateEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'message' ? [event.message.sequence] : []));
const apply = (state: LocalState, ...changes: readonly Change[]): number[] =>
  announced(changes.flatMap((change) => applyChange(state, change)));
const accept = (state: LocalState, sequence: number, position: number, repeated = false): number[] =>
  announced(applyAccepted(state, message(sequence, { senderId: me }), String(position), repeated));
const missing = (state: LocalState): unknown => state.conversations.get(room)?.timeline.missing.toJSON();

const read = (position: number): Change => ({
  kind: 'readState',
  position: String(position),
  readState: { conversationId: room, read: 3, unread: 0, mentions: 0, lastSequence: 3 },
});

describe('an own message that was accepted', () => {
  it('is announced in its place', () => {
    const state = fresh();
    apply(state, joined(1), said(1, 2));
    expect(accept(state, 3, 4)).toEqual([]);
    expect(apply(state, said(2, 3), said(3, 4))).toEqual([2, 3]);
    expect(accept(state, 3, 4, true)).toEqual([]);
  });

  it('after one left and came back waits for the word of it, and for what others said before', () => {
    const state = fresh();
    apply(state, joined(1), said(1, 2), said(2, 3), said(3, 4), departed(5));
    // Told between leaving and coming back, as where one has read on another device.
    expect(apply(state, read(6))).toEqual([]);
    expect(accept(state, 6, 10)).toEqual([]);
    expect(apply(state, joined(7, { afterSequence: 3, lastSequence: 3 }))).toEqual([]);
    expect(apply(state, said(4, 8), said(5, 9), said(6, 10))).toEqual([4, 5, 6]);
  });

  it('is fetched where it does not come back by itself: once one is told that one joined', () => {
    const state = fresh();
    apply(state, joined(1), said(1, 2), departed(3));
    accept(state, 3, 7);
    apply(state, joined(4, { afterSequence: 1, lastSequence: 1 }));
    expect(missing(state)).toEqual([[2, 3]]);
  });

  it('before one was told of leaving and coming back belongs to the later membership', () => {
    const state = fresh();
    apply(state, joined(1), said(1, 2));
    expect(accept(state, 3, 7)).toEqual([]);
    expect(apply(state, departed(3), joined(4, { afterSequence: 1, lastSequence: 1 }))).toEqual([]);
    expect(missing(state)).toEqual([[2, 3]]);
    expect(apply(state, said(2, 5))).toEqual([2]);
  });

  it('before the list or the entry of its conversation came is fetched', () => {
    const listed = fresh();
    accept(listed, 3, 7);
    applySnapshotEntry(listed, entry({ lastSequence: 1 }));
    expect(missing(listed)).toEqual([[2, 3]]);

    const resumed = fresh();
    apply(resumed, read(1), said(1, 2));
    accept(resumed, 3, 7);
    anchorConversation(resumed, entry({ lastSequence: 1 }));
    expect(missing(resumed)).toEqual([[2, 3]]);
  });
});
