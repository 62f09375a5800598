import type { Change } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { type KeyValueStore, memoryStore } from '../storage/key-value-store.js';
import { departed, entry, joined, me, other, room, said } from '../testing/builders.js';
import { applyChange } from './apply-change.js';
import { applySnapshotEntry } from './apply-entry.js';
import { emptyState, type LocalState } from './local-state.js';
import { SavedState } from './saved-state.js';

const limits = { messages: 100, notices: 10, members: 10, people: 10 };
const make = (userId: string): LocalState => emptyState(userId, limits);

/** The store of a process that ends before its write of this number. */
function dyingStore(store: KeyValueStore, writes: number): KeyValueStore {
  let left = writes;
  const write = (work: () => Promise<void>): Promise<void> =>
    left-- > 0 ? work() : Promise.reject(new Error('the process has ended'));
  return {
    ...store,
    set: (key, value) => write(() => store.set(key, value)),
    delete: (key) => write(() => store.delete(key)),
  };
}

/** Sequences that the application is told of, each and in order, as the changes come. */
const announcedBy = (state: LocalState, changes: readonly Change[]): number[] =>
  changes.flatMap((change) =>
    applyChange(state, change).flatMap((event) => (event.type === 'message' ? [event.message.sequence] : [])),
  );

/** What a server sends to whoever resumes from there. */
const after = (cursor: string, changes: readonly Change[]): readonly Change[] =>
  changes.filter(({ position }) => Number(position) > Number(cursor));

/** Enough for any save in here. */
const crashes = [0, 1, 2, 3, 4];

/** A device that was told of three messages, and has saved that. */
async function given(): Promise<{ store: KeyValueStore; state: LocalState }> {
  const store = memoryStore();
  const state = make(me);
  applySnapshotEntry(state, entry());
  announcedBy(state, [said(1, 1), said(2, 2), said(3, 3)]);
  await new SavedState(store).save(state, '3', [room]);
  return { store, state };
}

/** Saves, and dies in the middle of it. */
const crash = (store: KeyValueStore, writes: number, state: LocalState, cursor: string): Promise<void> =>
  new SavedState(dyingStore(store, writes)).save(state, cursor, [room]).catch(() => undefined);

/** The next run on this store. */
async function reopened(store: KeyValueStore): Promise<{ saved: SavedState; state: LocalState; cursor: string }> {
  const saved = new SavedState(store);
  const loaded = await saved.load(make);
  if (loaded === null) throw new Error('nothing was saved');
  return { saved, ...loaded };
}

describe('a device that ends while it saves that a conversation was left', () => {
  const changes = [said(1, 4, { pinned: true }), said(4, 5), said(5, 6), departed(7)];

  it.each(crashes)('announces each message in order, without holes, after %i writes', async (writes) => {
    const { store, state } = await given();
    announcedBy(state, changes);
    await crash(store, writes, state, '7');
    const next = await reopened(store);
    expect(announcedBy(next.state, after(next.cursor, changes))).toEqual(next.cursor === '7' ? [] : [4, 5]);
    expect([...next.state.conversations.keys()]).toEqual([]);
    expect(next.state.departed.get(room)).toEqual({ position: '7', announced: 5 });
  });

  it.each(crashes)('does not find it again later, after %i writes', async (writes) => {
    const { store, state } = await given();
    announcedBy(state, changes);
    await crash(store, writes, state, '7');
    const next = await reopened(store);
    announcedBy(next.state, after(next.cursor, changes));
    await next.saved.save(next.state, '8', next.cursor === '7' ? [] : [room]);
    expect([...(await reopened(store)).state.conversations.keys()]).toEqual([]);
  });
});

it.each(crashes)('has a conversation that was joined again, whenever it ended: after %i writes', async (writes) => {
  const { store, state } = await given();
  const changes = [departed(4), joined(5, { lastSequence: 3, afterSequence: 3 }), said(4, 6)];
  announcedBy(state, changes.slice(0, 1));
  await new SavedState(store).save(state, '4', [room]);
  announcedBy(state, changes.slice(1));
  await crash(store, writes, state, '6');
  const next = await reopened(store);
  announcedBy(next.state, after(next.cursor, changes));
  const { timeline } = next.state.conversations.get(room)!;
  expect([...timeline.messages()].map(({ sequence }) => sequence)).toEqual([4]);
  expect(next.state.departed.size).toBe(0);
});

it('does not find what an earlier run left behind that never came to save a cursor', async () => {
  const store = memoryStore();
  const state = make(other);
  applySnapshotEntry(state, entry());
  await crash(store, 1, state, '1');
  const next = new SavedState(store);
  expect(await next.load(make)).toBeNull();
  await next.save(make(me), '2', []);
  expect([...(await reopened(store)).state.conversations.keys()]).toEqual([]);
});
