import { openSearchStore, SqliteSearchReader } from '@parley/embedded';
import { OperationsRejected, ReadModelUnavailable } from '@parley/ports';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { searchContract } from './search.contract.js';
import { SearchWorld } from './search.world.js';

const aFolder = (): string => mkdtempSync(join(tmpdir(), 'parley-search-'));

searchContract('SQLite FTS5', async (sources) => {
  const folder = aFolder();
  const path = join(folder, 'search.0.db');
  const store = openSearchStore(path, () => 0);
  const reader = new SqliteSearchReader({ file: () => path, ...sources });
  return {
    reader,
    apply: (operations, checkpoint) => store.apply({ operations, parked: [], checkpoint }),
    close: async () => {
      await reader.close();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});

const said = (position: number, sequence: number, text: string) => ({
  type: 'index-message' as const,
  position,
  conversationId: 'cnv_a',
  sequence,
  senderId: 'usr_ann',
  time: position,
  text,
  mentions: [],
});
const edited = (position: number, sequence: number, text: string) => ({
  type: 'edit-message' as const,
  position,
  conversationId: 'cnv_a',
  sequence,
  text,
  mentions: [],
});

describe('SQLite FTS5: as a projection', () => {
  it('refuses an edit of a message that is not there and applies nothing of the batch', async () => {
    const folder = aFolder();
    const store = openSearchStore(join(folder, 'search.0.db'), () => 0);
    const bad = edited(3, 9, 'x');
    await expect(store.apply({ operations: [said(1, 1, 'a'), bad], parked: [], checkpoint: 3 })).rejects.toThrow(
      OperationsRejected,
    );
    expect(await store.checkpoint()).toBe(0);
    await store.apply({ operations: [said(1, 1, 'a')], parked: [], checkpoint: 3 });
    await expect(store.applyParked(3, [bad])).rejects.toThrow(OperationsRejected);
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('takes operations twice and late without harm', async () => {
    const folder = aFolder();
    const path = join(folder, 'search.0.db');
    const store = openSearchStore(path, () => 0);
    const world = new SearchWorld();
    world.join('cnv_a', 'usr_ann');
    for (const text of ['late', 'second', 'third']) world.say('cnv_a', 'usr_ann', text);
    const [first, ...rest] = world.takeOperations();
    await store.apply({ operations: rest, parked: [], checkpoint: world.position });
    await store.applyParked(first!.position, [first!]);
    await store.applyParked(first!.position, [first!]);
    world.edit('cnv_a', 1, 'newer');
    const [edit] = world.takeOperations();
    await store.apply({ operations: [edit!], parked: [], checkpoint: world.position });
    await store.applyParked(3, [edited(3, 1, 'older')]);
    await store.apply({ operations: rest, parked: [], checkpoint: world.position });
    const reader = new SqliteSearchReader({ file: () => path, membership: world.membership, history: world.history });
    const find = async (token: string) => {
      const terms = [{ tokens: [token], prefix: false, exclude: false }];
      const page = await reader.search({ userId: 'usr_ann', terms, order: 'newest', limit: 10 });
      return page.hits.map((hit) => hit.sequence);
    };
    expect(await find('newer')).toEqual([1]);
    expect(await find('late')).toEqual([]);
    expect(await find('older')).toEqual([]);
    expect(await find('second')).toEqual([2]);
    await reader.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('answers unavailable without a file, and overloaded when too many wait', async () => {
    const folder = aFolder();
    const path = join(folder, 'search.0.db');
    const world = new SearchWorld();
    world.join('cnv_a', 'usr_ann');
    world.say('cnv_a', 'usr_ann', 'word');
    const reader = new SqliteSearchReader({
      file: () => path,
      membership: world.membership,
      history: world.history,
      maxWaiting: 2,
    });
    const terms = [{ tokens: ['word'], prefix: false, exclude: false }];
    const search = () => reader.search({ userId: 'usr_ann', terms, order: 'newest', limit: 10 });
    await expect(search()).rejects.toThrow(ReadModelUnavailable);
    const store = openSearchStore(path, () => 0);
    await store.apply({ operations: world.takeOperations(), parked: [], checkpoint: world.position });
    const answers = await Promise.allSettled(Array.from({ length: 6 }, search));
    expect(answers.map((answer) => answer.status === 'fulfilled').filter(Boolean)).toHaveLength(3);
    expect(answers.find((answer) => answer.status === 'rejected')?.reason).toMatchObject({ code: 'overloaded' });
    expect((await search()).hits).toHaveLength(1);
    await reader.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });
});
