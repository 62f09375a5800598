import { OperationsRejected, type ProjectionStore, type SearchOperation } from '@parley/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SearchWorld } from '../../contract/search.world.js';
import { ask, TestSearch } from './engine.js';

const conversationId = 'cnv_a';
const said = (position: number, sequence: number, text: string): SearchOperation => ({
  type: 'index-message',
  position,
  conversationId,
  sequence,
  senderId: 'usr_ann',
  time: position,
  text,
  mentions: [],
});
const edited = (position: number, sequence: number, text: string): SearchOperation => ({
  type: 'edit-message',
  position,
  conversationId,
  sequence,
  text,
  mentions: [],
});
const removed = (position: number, sequence: number): SearchOperation => ({
  type: 'remove-message',
  position,
  conversationId,
  sequence,
});

const apply = (to: ProjectionStore<SearchOperation>, operations: readonly SearchOperation[], checkpoint: number) =>
  to.apply({ operations, parked: [], checkpoint });

/** Two consumers believe that they have the partition: what arrives late or again must change nothing. */
describe('late and repeated writes', () => {
  let test: TestSearch;
  let store: ProjectionStore<SearchOperation>;
  let zombie: ProjectionStore<SearchOperation>;
  beforeEach(async () => {
    test = new TestSearch({ shards: 1 });
    store = await test.search.openStore({ partition: 0, version: 1 });
    zombie = await test.search.openStore({ partition: 0, version: 1 });
  });
  afterEach(() => test.close());

  /** What the index itself holds, whatever history would say. */
  async function indexed(): Promise<readonly Record<string, unknown>[]> {
    await ask('POST', `/${test.prefix}-messages/_refresh`);
    const answer = (await ask('POST', `/${test.prefix}-messages/_search`, {
      version: true,
      size: 100,
      sort: [{ position: 'asc' }],
    })) as { hits: { hits: { _version: number; _source: Record<string, unknown> }[] } };
    return answer.hits.hits.map(({ _version, _source }) => ({
      version: _version,
      sequence: _source['sequence'],
      ...(_source['tokens'] === undefined ? {} : { tokens: _source['tokens'] }),
      ...(_source['deleted'] === undefined ? {} : { deleted: _source['deleted'] }),
    }));
  }

  /** Forgets, as a restart does, which versions deleted documents had. */
  async function reopenIndex(): Promise<void> {
    await ask('POST', `/${test.prefix}-messages/_flush`);
    for (const index of (await test.indices()).filter((name) => name.includes('-messages-'))) {
      await ask('POST', `/${index}/_close`);
      await ask('POST', `/${index}/_open`);
      await ask('GET', `/_cluster/health/${index}?wait_for_status=yellow&timeout=30s`);
    }
  }

  it('keeps a removed message away, also over a restart of the engine', async () => {
    await apply(store, [said(1, 1, 'my secret')], 1);
    await apply(store, [edited(2, 1, 'my other secret')], 2);
    await apply(store, [removed(3, 1)], 3);
    const gone = [{ version: 3, sequence: 1, deleted: true }];
    expect(await indexed()).toEqual(gone);
    await apply(zombie, [said(1, 1, 'my secret'), edited(2, 1, 'my other secret')], 2);
    expect(await indexed()).toEqual(gone);
    await reopenIndex();
    await apply(zombie, [said(1, 1, 'my secret')], 1);
    await zombie.applyParked(2, [edited(2, 1, 'my other secret')]);
    expect(await indexed()).toEqual(gone);
  });

  it('keeps the newest edit, whichever way batches were cut', async () => {
    await apply(store, [said(1, 1, 'one'), said(2, 2, 'two'), edited(3, 1, 'three'), edited(4, 1, 'four')], 4);
    await apply(zombie, [said(1, 1, 'one'), said(2, 2, 'two')], 2);
    await apply(zombie, [edited(3, 1, 'three')], 3);
    await apply(store, [edited(3, 1, 'three'), edited(4, 1, 'four')], 4);
    expect(await indexed()).toEqual([
      { version: 4, sequence: 1, tokens: ' four ' },
      { version: 2, sequence: 2, tokens: ' two ' },
    ]);
  });

  it('never lowers a checkpoint', async () => {
    await apply(store, [said(1, 1, 'one')], 10);
    await apply(zombie, [], 7);
    expect(await store.checkpoint()).toBe(10);
    expect(await test.search.checkpoints.checkpoints()).toEqual([{ projection: 'search', partition: 0, position: 10 }]);
  });

  it('refuses changes of a message that is not there; the checkpoint stays', async () => {
    const bad = [edited(3, 9, 'x'), removed(4, 8)];
    const failed = await apply(store, [said(1, 1, 'one'), ...bad], 4).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(OperationsRejected);
    expect([...(failed as OperationsRejected).reasons.keys()]).toEqual([3, 4]);
    expect(await store.checkpoint()).toBe(0);
    expect(await indexed()).toEqual([]);
  });

  it('parks with the batch, tells what is parked, and forgets what went through', async () => {
    const parked = [{ position: 3, stream: 'conversation-cnv_a', type: 'MessageEdited.v1', reason: 'no message 1' }];
    await store.apply({ operations: [], parked, checkpoint: 3 });
    expect(await store.parked()).toMatchObject(parked);
    await expect(store.applyParked(3, [edited(3, 1, 'x')])).rejects.toThrow(OperationsRejected);
    expect(await zombie.parked()).toHaveLength(1);
    await apply(store, [said(1, 1, 'one')], 4);
    await store.applyParked(3, [edited(3, 1, 'edited')]);
    expect(await store.parked()).toEqual([]);
    expect(await store.checkpoint()).toBe(4);
    expect(await indexed()).toEqual([{ version: 3, sequence: 1, tokens: ' edited ' }]);
  });

  it('is found as it stands, also between two looks', async () => {
    const world = new SearchWorld();
    world.join(conversationId, 'usr_ann');
    for (const text of ['late', 'second', 'third']) world.say(conversationId, 'usr_ann', text);
    const [first, ...rest] = world.takeOperations();
    await apply(store, rest, world.position);
    await store.applyParked(first!.position, [first!]);
    const reader = test.search.reader({ membership: world.membership, history: world.history });
    const find = async (token: string) => {
      const terms = [{ tokens: [token], prefix: false, exclude: false }];
      const page = await reader.search({ userId: 'usr_ann', terms, order: 'newest', limit: 10 });
      return page.hits.map((hit) => hit.sequence);
    };
    expect(await test.search.searchable(world.position, 10_000)).toBe(true);
    expect(await find('late')).toEqual([1]);
    world.edit(conversationId, 1, 'newer');
    const [edit] = world.takeOperations();
    // History says so already, the index does not.
    expect(await find('late')).toEqual([]);
    await apply(store, [edit!], world.position);
    expect(await test.search.searchable(world.position, 10_000)).toBe(true);
    expect(await find('newer')).toEqual([1]);
  });
});
