import { GenerationReplaced } from '@parley/elasticsearch';
import { type GenerationPlan, ReadModelUnavailable, type SearchOperation } from '@parley/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SearchWorld } from '../../contract/search.world.js';
import { ask, TestSearch } from './engine.js';

const terms = (token: string) => [{ tokens: [token], prefix: false, exclude: false }];

/** Of this world: one conversation a partition. */
const partitionOf = (stream: string): number => (stream.endsWith('cnv_a') ? 0 : 1);

const alone = (serving: number, version = 1): GenerationPlan => ({ serving, version, beside: null, held: false });

describe('generations', () => {
  let test: TestSearch;
  let world: SearchWorld;
  let log: SearchOperation[];
  beforeEach(() => {
    test = new TestSearch({ partitions: 2 });
    world = new SearchWorld();
    log = [];
    world.join('cnv_a', 'usr_ann');
    world.join('cnv_b', 'usr_ann');
  });
  afterEach(() => test.close());

  const talk = (count: number, word: string): void => {
    for (let at = 0; at < count; at++) world.say(at % 2 === 0 ? 'cnv_a' : 'cnv_b', 'usr_ann', `${word} ${at}`);
    log.push(...world.takeOperations());
  };
  const messagesIndices = async () => (await test.indices()).filter((name) => name.includes('-messages-')).sort();

  async function applyAll(version: number): Promise<void> {
    for (const partition of [0, 1]) {
      const store = await test.search.openStore({ partition, version });
      const after = await store.checkpoint();
      const operations = log.filter(
        (operation) => operation.position > after && partitionOf(operation.conversationId) === partition,
      );
      await store.apply({ operations, parked: [], checkpoint: world.position });
    }
    expect(await test.search.searchable(world.position, 20_000)).toBe(true);
  }
  const count = async (token: string): Promise<number> => {
    const reader = test.search.reader({ membership: world.membership, history: world.history });
    return (await reader.search({ userId: 'usr_ann', terms: terms(token), order: 'newest', limit: 100 })).hits.length;
  };

  it('answers unavailable before there is one, and serves the first at once', async () => {
    await expect(count('tick')).rejects.toThrow(ReadModelUnavailable);
    expect(await test.search.searchable(1, 50)).toBe(false);
    await Promise.all(Array.from({ length: 6 }, () => new TestSearch({ prefix: test.prefix }).search.migrate(1)));
    expect(await messagesIndices()).toEqual([`${test.prefix}-messages-v1.1-g0`]);
    talk(10, 'tick');
    await applyAll(1);
    expect(await count('tick')).toBe(10);
    expect(await test.search.size()).toMatchObject({ documents: 10 });
  });

  it('has explicit mappings and takes no unknown field', async () => {
    await test.search.migrate(1);
    const index = `${test.prefix}-messages-v1.1-g0`;
    const mapping = (await ask('GET', `/${index}/_mapping`)) as Record<string, { mappings: { dynamic: string } }>;
    expect(mapping[index]?.mappings.dynamic).toBe('strict');
    const refused = await ask('PUT', `/write-${index}/_doc/x?require_alias=true`, { unknown: 1 });
    expect(refused['status']).toBe(400);
  });

  const nobody = new AbortController().signal;

  it('builds beside, is fed with the one that serves, compares, and switches in one step', async () => {
    const { generations } = test.search;
    talk(40, 'early');
    world.edit('cnv_a', 1, 'early edited');
    world.remove('cnv_b', 2);
    log.push(...world.takeOperations());
    await applyAll(1);
    expect(await generations.plan()).toEqual(alone(0));
    const old = await test.search.openStore({ partition: 0, version: 1 });

    const built = await generations.begin(1);
    const builtTo = world.position;
    const build = await generations.openBuild(built);
    const parked = [{ position: 1, stream: 'conversation-cnv_b', type: 'x', reason: 'why' }];
    await build.apply({ operations: log, parked, checkpoint: builtTo });
    expect(await (await generations.openBuild(built)).checkpoint()).toBe(builtTo);
    // Meanwhile it goes on.
    talk(10, 'meanwhile');
    world.edit('cnv_a', 3, 'early edited later');
    log.push(...world.takeOperations());
    await applyAll(1);
    expect(await count('early')).toBe(39);

    await generations.handOver(built, 0, builtTo, partitionOf);
    expect([...(await generations.checkpoints(built)).values()]).toEqual([builtTo, builtTo]);
    const both = { ...alone(0), beside: built };
    expect(await generations.change(alone(0), both)).toBe(true);
    const late = { operations: [], parked: [], checkpoint: world.position };
    expect(old.replaced).toBe(true);
    await expect(old.apply(late)).rejects.toThrow(GenerationReplaced);
    const others = new TestSearch({ prefix: test.prefix, partitions: 2 });
    expect(await (await others.search.openStore({ partition: 1, version: 1 })).parked()).toMatchObject(parked);

    await applyAll(1);
    const report = await generations.compare(0, built, nobody);
    // With the tombstone of what was removed.
    expect(report).toMatchObject({ onlyInOld: 0, onlyInNew: 0, different: 0, rows: 50 });
    const switched = { serving: built, version: 1, beside: 0, held: false };
    expect(await generations.change(alone(0), switched)).toBe(false);
    expect(await generations.change(both, switched)).toBe(true);
    expect(await generations.change(both, switched)).toBe(true);
    talk(2, 'late');
    await applyAll(1);
    expect(await generations.change(switched, alone(built))).toBe(true);
    expect(await others.search.checkpoints.checkpoints()).toHaveLength(2);
    await others.search.close();

    expect(await count('meanwhile')).toBe(10);
    expect(await count('later')).toBe(1);
    expect(await count('late')).toBe(2);
    expect(await generations.leftovers()).toEqual([0]);
    await generations.remove(0);
    await generations.remove(0);
    expect(await messagesIndices()).toEqual([`${test.prefix}-messages-v1.1-g1`]);
    expect(await count('early')).toBe(39);
  });

  it('finds out what differs', async () => {
    const { generations } = test.search;
    talk(10, 'tick');
    await applyAll(1);
    const built = await generations.begin(1);
    const [first, second, ...rest] = log;
    const changed = { ...second!, text: 'tack' } as SearchOperation;
    const build = await generations.openBuild(built);
    await build.apply({ operations: [changed, ...rest], parked: [], checkpoint: world.position });
    await generations.handOver(built, 0, world.position, partitionOf);
    const report = await generations.compare(0, built, nobody);
    expect(report).toMatchObject({ rows: 10, onlyInOld: 1, onlyInNew: 0, different: 1 });
    expect(report.examples[0]).toMatchObject({ key: `cnv_a:${first!.sequence}`, new: null });
    expect(await generations.leftovers()).toEqual([built]);
    await generations.remove(built);
    expect(await messagesIndices()).toHaveLength(1);
    expect(await count('tick')).toBe(10);
  });

  it('lets nobody write while another version takes over, and then only that version', async () => {
    const { generations } = test.search;
    talk(10, 'tick');
    await applyAll(1);
    const old = await test.search.openStore({ partition: 0, version: 1 });
    await expect(test.search.openStore({ partition: 0, version: 2 })).rejects.toThrow(GenerationReplaced);
    const built = await generations.begin(2);
    expect(await generations.change(alone(0), { ...alone(0), held: true })).toBe(true);
    await expect(old.apply({ operations: [], parked: [], checkpoint: world.position })).rejects.toThrow(
      GenerationReplaced,
    );
    await expect(test.search.openStore({ partition: 0, version: 1 })).rejects.toThrow(GenerationReplaced);
    await (await generations.openBuild(built)).apply({ operations: log, parked: [], checkpoint: world.position });
    await generations.handOver(built, 0, world.position, partitionOf);
    const taken = { serving: built, version: 2, beside: null, held: true };
    expect(await generations.change({ ...alone(0), held: true }, taken)).toBe(true);
    expect(await count('tick')).toBe(10);
    expect(await generations.change(taken, alone(built, 2))).toBe(true);
    talk(4, 'tick');
    await applyAll(2);
    expect(await count('tick')).toBe(14);
    await expect(test.search.openStore({ partition: 0, version: 1 })).rejects.toThrow(GenerationReplaced);
  });

  it('begins anew where the index was lost: a checkpoint holds for the index it was written with alone', async () => {
    talk(10, 'tick');
    await applyAll(1);
    const store = await test.search.openStore({ partition: 0, version: 1 });
    for (const index of await messagesIndices()) await ask('DELETE', `/${index}`);
    // Nothing is written into an index that made itself.
    await expect(store.apply({ operations: log, parked: [], checkpoint: world.position })).rejects.toThrow(
      'index_not_found_exception',
    );
    expect(await messagesIndices()).toEqual([]);
    const again = new TestSearch({ prefix: test.prefix, partitions: 2 });
    expect(await (await again.search.openStore({ partition: 0, version: 1 })).checkpoint()).toBe(0);
    await again.search.close();
    await applyAll(1);
    expect(await count('tick')).toBe(10);
  });

  it('goes on searching over a switch and the drop of the old one', async () => {
    talk(20, 'tick');
    await applyAll(1);
    const reader = test.search.reader({ membership: world.membership, history: world.history });
    const query = { userId: 'usr_ann', terms: terms('tick'), order: 'relevance', limit: 5 } as const;
    const first = await reader.search(query);
    const elsewhere = new TestSearch({ prefix: test.prefix, partitions: 2 });
    const { generations } = elsewhere.search;
    const built = await generations.begin(1);
    await (await generations.openBuild(built)).apply({ operations: log, parked: [], checkpoint: world.position });
    await generations.handOver(built, 0, world.position, partitionOf);
    await generations.change(alone(0), alone(built));
    await generations.remove(0);
    await elsewhere.search.close();
    // Neither the index nor the point in time of the first page is there any more.
    const second = await reader.search({ ...query, ...(first.next === null ? {} : { cursor: first.next }) });
    expect(second.hits.map(({ position }) => position)).toHaveLength(5);
    expect(new Set([...first.hits, ...second.hits].map(({ position }) => position)).size).toBe(10);
  });
});
