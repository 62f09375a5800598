import type { Change } from '@parley/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { departed, entry, joined, me, message, other, room, said } from '../testing/builders.js';
import { memoryStore } from '../storage/key-value-store.js';
import { applyChange } from './apply-change.js';
import { applySnapshotEntry, fillHole } from './apply-entry.js';
import { emptyState, type LocalState, resetState } from './local-state.js';
import { readStateOf } from './read-state.js';
import { SavedState } from './saved-state.js';

const fresh = (messages = 100): LocalState => emptyState(me, { messages, notices: 10, members: 10, people: 10 });

const conversation = (state: LocalState) => {
  const found = state.conversations.get(room);
  if (found === undefined) throw new Error('no such conversation');
  return found;
};
const apply = (state: LocalState, changes: readonly Change[]) =>
  changes.flatMap((change) => applyChange(state, change));
const announced = (events: ReturnType<typeof apply>): number[] =>
  events.flatMap((event) => (event.type === 'message' ? [event.message.sequence] : []));
const held = (state: LocalState): number[] =>
  [...conversation(state).timeline.messages()].map(({ sequence }) => sequence);

const sorted = <T>(map: Map<string, T>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));

const member = (userId: string, position: number, state: 'member' | 'left', role: 'admin' | 'member' = 'member') =>
  ({
    kind: 'member',
    position: String(position),
    member: { conversationId: room, userId, role, state, afterSequence: 0 },
  }) as const;

const readState = (position: number, read: number, unread: number, lastSequence: number, mentions = 0): Change => ({
  kind: 'readState',
  position: String(position),
  readState: { conversationId: room, read, unread, mentions, lastSequence },
});

const unread = (state: LocalState) => {
  const { unread, mentions, read } = readStateOf(conversation(state));
  return { unread, mentions, read };
};

const changeOf = ({ kind, n }: { kind: string; n: number }, position: number): Change => {
  const of = entry();
  const at = { position: String(position) };
  switch (kind) {
    case 'message':
      return said(n, position, { editedAt: `${position}` });
    case 'conversation':
      return { ...at, kind, conversation: { ...of.conversation, title: `${position}` } };
    case 'readState':
      return { ...at, kind, readState: { ...of.readState, read: position } };
    case 'settings':
      return { ...at, kind, settings: { ...of.settings, muted: position % 2 === 0 } };
    case 'receipts':
      return { ...at, kind, receipts: { ...of.receipts, memberCount: position } };
    case 'person':
      return { ...at, kind, person: { id: other, username: 'o', displayName: `${position}`, about: null } };
    case 'notice': {
      const notice = { conversationId: room, ...at, afterSequence: 0, actorId: other, time: '', title: 't' };
      return { ...at, kind, notice: { ...notice, type: 'renamed' } };
    }
    default: {
      const member = { conversationId: room, userId: other, role: 'member', afterSequence: position } as const;
      return { ...at, kind: 'member', member: { ...member, state: 'member' } };
    }
  }
};

/** What the server would tell one who is told of everything. */
function feedOf(steps: readonly ('say' | 'join' | 'leave')[]): Change[] {
  const feed: Change[] = [joined(1)];
  let last = 0;
  let member = true;
  for (const [index, step] of steps.entries()) {
    const position = 10 + index;
    if (step === 'say') {
      last++;
      if (member) feed.push(said(last, position));
    } else if (step === 'join' && !member) {
      feed.push(joined(position, { afterSequence: last, lastSequence: last }));
      member = true;
    } else if (step === 'leave' && member) {
      feed.push(departed(position));
      member = false;
    }
  }
  return feed;
}

/** All that two states could differ in; maps in the order of their keys. */
function picture(state: LocalState): unknown {
  return {
    departed: sorted(state.departed),
    people: sorted(state.people),
    conversations: sorted(state.conversations).map(([id, each]) => [
      id,
      {
        ...each,
        members: sorted(each.members),
        mentionedAt: [...each.mentionedAt],
        timeline: [...each.timeline.messages()],
        last: each.timeline.last,
        read: readStateOf(each),
      },
    ]),
  };
}

describe('messages', () => {
  it('are announced once, in order, when what is before them has come', () => {
    const state = fresh();
    apply(state, [joined(1)]);
    expect(announced(apply(state, [said(2, 11), said(3, 12)]))).toEqual([]);
    expect(announced(apply(state, [said(1, 10)]))).toEqual([1, 2, 3]);
    expect(announced(apply(state, [said(1, 10), said(2, 11), said(3, 12)]))).toEqual([]);
  });

  it('take the newest state, whatever the order', () => {
    const state = fresh();
    apply(state, [joined(1), said(1, 20, { editedAt: 'later' }), said(1, 10)]);
    expect(conversation(state).timeline.get(1)?.editedAt).toBe('later');
    const events = apply(state, [said(1, 30, { deletedAt: 'now', content: undefined })]);
    expect(events.map(({ type }) => type)).toEqual(['messageChanged', 'conversation']);
    expect(conversation(state).timeline.last?.message.deletedAt).toBe('now');
  });

  it('compare positions as numbers of any length', () => {
    const state = fresh();
    apply(state, [joined(1)]);
    applyChange(state, { kind: 'message', position: '9007199254740993', message: message(1, { editedAt: 'new' }) });
    applyChange(state, { kind: 'message', position: '9007199254740992', message: message(1) });
    applyChange(state, { kind: 'message', position: '999', message: message(1) });
    expect(conversation(state).timeline.get(1)?.editedAt).toBe('new');
  });

  it('are held in a window of the newest', () => {
    const state = fresh(3);
    apply(state, [joined(1), ...[1, 2, 3, 4, 5].map((n) => said(n, 10 + n))]);
    expect(held(state)).toEqual([3, 4, 5]);
    const events = apply(state, [said(1, 50, { editedAt: 'now' })]);
    expect(events[0]?.type).toBe('messageChanged');
    expect(held(state)).toEqual([3, 4, 5]);
  });

  it('are never dropped before they were announced', () => {
    const state = fresh(2);
    apply(state, [joined(1), ...[2, 3, 4, 5, 6].map((n) => said(n, 10 + n))]);
    expect(announced(apply(state, [said(1, 30)]))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(held(state)).toEqual([5, 6]);
  });

  it('of an unknown conversation begin one that waits for its entry', () => {
    const state = fresh();
    expect(announced(apply(state, [said(41, 10), said(43, 12)]))).toEqual([41, 43]);
    expect(conversation(state).timeline.anchored).toBe(false);
  });
});

describe('joining again', () => {
  it('announces nothing twice, though other changes of the conversation are told first', () => {
    const state = fresh();
    apply(state, [joined(1), said(1, 10), said(2, 11), departed(12)]);
    const member = { conversationId: room, userId: me, role: 'member', state: 'member', afterSequence: 1 } as const;
    applyChange(state, { kind: 'member', position: '13', member });
    const events = apply(state, [joined(13, { afterSequence: 1, lastSequence: 2 }), said(2, 14), said(3, 15)]);
    expect(announced(events)).toEqual([3]);
  });
});

it('keeps what began again after leaving over a restart, with what was announced in it', async () => {
  const store = memoryStore();
  const state = fresh();
  apply(state, [joined(1), said(1, 10), departed(12), said(2, 14)]);
  await new SavedState(store).save(state, 'c14', [room]);
  const loaded = (await new SavedState(store).load(() => fresh()))!.state;
  const events = apply(loaded, [joined(13, { afterSequence: 1, lastSequence: 2 }), said(2, 14), said(3, 15)]);
  expect(announced(events)).toEqual([3]);
});

describe('holes', () => {
  it('are what is between sequences, and close by history', () => {
    const state = fresh();
    apply(state, [joined(1), said(1, 10), said(5, 14)]);
    const { timeline } = conversation(state);
    expect(timeline.missing.first).toEqual([2, 4]);
    const page = [2, 3, 4].map((n) => ({ kind: 'message' as const, position: `${10 + n}`, message: message(n) }));
    const events = fillHole(state, conversation(state), [2, 4], 5, { entries: page, hasMoreAfter: true });
    expect(announced([...events])).toEqual([2, 3, 4, 5]);
    expect(timeline.missing.isEmpty).toBe(true);
  });

  it('stay open where history cannot show it yet, and close where it leaves out what is not ours', () => {
    const state = fresh();
    apply(state, [joined(1), said(1, 10), said(5, 14)]);
    const nothing = { entries: [], hasMoreAfter: false };
    fillHole(state, conversation(state), [2, 4], 3, nothing);
    expect(conversation(state).timeline.missing.first).toEqual([4, 4]);
    expect(fillHole(state, conversation(state), [4, 4], 3, nothing)).toEqual([]);
    expect(conversation(state).timeline.missing.first).toEqual([4, 4]);
    expect(announced([...fillHole(state, conversation(state), [4, 4], 5, nothing)])).toEqual([5]);
  });

  it('show in the last sequence of a conversation, too', () => {
    const state = fresh();
    apply(state, [
      joined(1),
      { kind: 'conversation', position: '9', conversation: entry({ lastSequence: 2 }).conversation },
    ]);
    expect(conversation(state).timeline.missing.first).toEqual([1, 2]);
  });
});

describe('the list', () => {
  it('is history, not news', () => {
    const state = fresh();
    const events = applySnapshotEntry(state, entry({ lastSequence: 7, unread: 2, read: 5, lastMessage: message(7) }));
    expect(events.map(({ type }) => type)).toEqual(['conversation']);
    expect(held(state)).toEqual([7]);
    expect(readStateOf(conversation(state)).unread).toBe(2);
    expect(announced(apply(state, [said(7, 5), said(8, 6)]))).toEqual([8]);
  });

  it('after a reset expects what was said since the last announced message', () => {
    const state = fresh();
    applySnapshotEntry(state, entry({ lastSequence: 7 }));
    resetState(state);
    expect(state.conversations.size).toBe(0);
    applySnapshotEntry(state, entry({ lastSequence: 9 }));
    expect(conversation(state).timeline.missing.first).toEqual([8, 9]);
  });
});

describe('membership', () => {
  it('ends and begins by the later change', () => {
    const state = fresh();
    apply(state, [joined(1), said(1, 2)]);
    expect(apply(state, [departed(5)]).map(({ type }) => type)).toEqual(['departed']);
    expect(apply(state, [joined(1), said(1, 2), departed(5)])).toEqual([]);
    expect(state.conversations.size).toBe(0);
    const events = apply(state, [joined(9, { lastSequence: 4, afterSequence: 4 }), said(5, 10)]);
    expect(announced(events)).toEqual([5]);
    expect(apply(state, [departed(5)])).toEqual([]);
  });

  it('that came and went while the device was away still brings its messages', () => {
    const state = fresh();
    apply(state, [joined(1), said(1, 2), departed(5)]);
    // Joined again at 7, left at 12; the feed tells of the messages and the end only.
    const events = apply(state, [said(4, 8), said(5, 99, { deletedAt: 'later' }), departed(12)]);
    expect(announced(events)).toEqual([4, 5]);
    expect(apply(state, [said(4, 8), said(5, 99), departed(12)])).toEqual([]);
  });

  it('expects everything since one joined', () => {
    const state = fresh();
    const events = apply(state, [joined(1, { afterSequence: 3, lastSequence: 5 }), said(4, 2), said(5, 3)]);
    expect(announced(events)).toEqual([4, 5]);
  });

  it('tells roles and members, those who left as well', () => {
    const state = fresh();
    apply(state, [joined(1), member(other, 3, 'member'), member(other, 6, 'left'), member(other, 3, 'member')]);
    expect(conversation(state).members.get(other)?.value.state).toBe('left');
    apply(state, [member(me, 7, 'member', 'admin')]);
    expect(conversation(state).role?.value).toBe('admin');
  });
});

describe('unread', () => {
  it('grows with messages of others and ends with one of mine', () => {
    const state = fresh();
    apply(state, [joined(1), said(1, 2, { mentions: [me] }), said(2, 3)]);
    expect(unread(state)).toEqual({ unread: 2, mentions: 1, read: 0 });
    apply(state, [said(3, 4, { senderId: me })]);
    expect(unread(state)).toEqual({ unread: 0, mentions: 0, read: 3 });
    apply(state, [said(4, 5)]);
    expect(unread(state)).toEqual({ unread: 1, mentions: 0, read: 3 });
  });

  it('counts nothing twice when the server tells of a state that is ahead', () => {
    const state = fresh();
    apply(state, [joined(1), readState(2, 0, 2, 2, 1), said(1, 3, { mentions: [me] }), said(2, 4)]);
    expect(unread(state)).toEqual({ unread: 2, mentions: 1, read: 0 });
    apply(state, [said(3, 5, { mentions: [me] }), readState(6, 2, 1, 3, 1)]);
    expect(unread(state)).toEqual({ unread: 1, mentions: 1, read: 2 });
  });

  it('follows an edit that takes the mention away', () => {
    const state = fresh();
    apply(state, [joined(1), said(1, 3, { mentions: [me] }), said(1, 4, { mentions: [] })]);
    expect(unread(state)).toEqual({ unread: 1, mentions: 0, read: 0 });
  });
});

it('leaves out what a newer server tells of', () => {
  const unknown = { kind: 'hologram', position: '5' } as unknown as Change;
  expect(applyChange(fresh(), unknown)).toEqual([]);
});

describe('repetition', () => {
  const sequence = fc.integer({ min: 1, max: 12 });
  const kinds = fc.oneof(
    sequence.map((n) => ({ kind: 'message', n }) as const),
    fc
      .constantFrom('conversation', 'readState', 'settings', 'receipts', 'person', 'notice', 'member')
      .map((kind) => ({ kind, n: 0 }) as const),
  );

  it('of any change, any number of times, in any order ends the same', () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(fc.array(kinds, { maxLength: 40 }), fc.infiniteStream(fc.nat()), (things, choices) => {
        const changes = things.map((thing, index) => changeOf(thing, 10 + index));
        const once = fresh();
        apply(once, [joined(1), ...changes]);
        const again = fresh();
        const shuffled = [...changes, ...changes, ...changes.slice(0, 5)]
          .map((change) => ({ change, key: choices.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ change }) => change);
        apply(again, [joined(1), ...shuffled, joined(1)]);
        // Up to where notices were announced is no state to compare: old ones are taken in without a word.
        for (const state of [once, again]) for (const each of state.conversations.values()) each.noticedUpTo = '0';
        expect(picture(again)).toEqual(picture(once));
      }),
    );
  });

  it('of pages from any cursor before ends the same, and announces nothing twice', () => {
    expect.hasAssertions();
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constant('say' as const) },
      { weight: 1, arbitrary: fc.constantFrom('join' as const, 'leave' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.array(fc.nat(), { maxLength: 8 }), (steps, cuts) => {
        const feed = feedOf(steps);
        const once = fresh();
        const events = apply(once, feed);
        const again = fresh();
        const seen: number[] = [];
        let done = 0;
        for (const cut of [...cuts, feed.length]) {
          // A page that was applied, though its cursor was not kept: from anywhere before, up to anywhere after.
          const from = done === 0 ? 0 : cut % (done + 1);
          const to = Math.max(done, Math.min(feed.length, done + (cut % 7)));
          seen.push(...announced(apply(again, feed.slice(from, to))));
          done = to;
        }
        seen.push(...announced(apply(again, feed.slice(done))));
        expect(picture(again)).toEqual(picture(once));
        expect(seen).toEqual(announced(events));
      }),
    );
  });
});
