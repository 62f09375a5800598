import { GenerationReplaced } from '@parley/elasticsearch';
import { ReadModelUnavailable, type SearchOperation } from '@parley/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SearchWorld } from '../../contract/search.world.js';
import { ask, TestSearch } from './engine.js';

const terms = (token: string) => [{ tokens: [token], prefix: false, exclude: false }];

/** Of this world: one conversation a partition. */
const partitionOf = (stream: string): number => (stream.endsWith('cnv_a') ? 0 : 1);

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

  it('builds beside, compares, switches in one step, and consumers go on where the build ended', async () => {
    talk(40, 'early');
    world.edit('cnv_a', 1, 'early edited');
    world.remove('cnv_b', 2);
    log.push(...world.takeOperations());
    await applyAll(1);
    const old = await test.search.openStore({ partition: 0, version: 1 });

    const build = await test.search.build(1);
    const builtTo = world.position;
    const parked = [{ position: 1, stream: 'conversation-cnv_b', type: 'x', reason: 'why' }];
    await build.store.apply({ operations: log, parked, checkpoint: builtTo });
    // Meanwhile it goes on.
    talk(10, 'meanwhile');
    world.edit('cnv_a', 3, 'early edited later');
    log.push(...world.takeOperations());
    await applyAll(1);
    expect(await count('early')).toBe(39);

    await build.finish();
    expect(await build.compare(builtTo)).toMatchObject({ onlyInOld: 0, onlyInNew: 0, different: 0, rows: 39 });
    await build.switchOver(builtTo, partitionOf);
    const others = new TestSearch({ prefix: test.prefix, partitions: 2 });
    expect(await others.search.checkpoints.checkpoints()).toEqual([
      { projection: 'search', partition: 0, position: builtTo },
      { projection: 'search', partition: 1, position: builtTo },
    ]);
    const late = { operations: [], parked: [], checkpoint: world.position };
    await expect(old.apply(late)).rejects.toThrow(GenerationReplaced);
    expect(await (await others.search.openStore({ partition: 1, version: 1 })).parked()).toMatchObject(parked);
    await others.search.close();

    await applyAll(1);
    expect(await count('meanwhile')).toBe(10);
    expect(await count('later')).toBe(1);
    expect(await messagesIndices()).toHaveLength(2);
    await test.search.dropReplaced();
    expect(await messagesIndices()).toEqual([`${test.prefix}-messages-v1.1-g1`]);
    expect(await count('early')).toBe(39);
  });

  it('finds out what differs', async () => {
    talk(10, 'tick');
    await applyAll(1);
    const build = await test.search.build(1);
    const [first, second, ...rest] = log;
    const changed = { ...second!, text: 'tack' } as SearchOperation;
    await build.store.apply({ operations: [changed, ...rest], parked: [], checkpoint: world.position });
    await build.finish();
    const report = await build.compare(world.position);
    expect(report).toMatchObject({ rows: 10, onlyInOld: 1, onlyInNew: 0, different: 1 });
    expect(report.examples[0]).toMatchObject({ key: `cnv_a:${first!.sequence}`, new: null });
    await build.discard();
    expect(await messagesIndices()).toHaveLength(1);
    expect(await count('tick')).toBe(10);
  });

  it('fills another version beside the one that serves, until it is promoted', async () => {
    talk(10, 'tick');
    await applyAll(1);
    const next = await test.search.openStore({ partition: 0, version: 2 });
    expect(await next.checkpoint()).toBe(0);
    await next.apply({ operations: log, parked: [], checkpoint: world.position });
    await (
      await test.search.openStore({ partition: 1, version: 2 })
    ).apply({
      operations: [],
      parked: [],
      checkpoint: world.position,
    });
    talk(4, 'tick');
    await applyAll(1);
    expect(await count('tick')).toBe(14);
    await test.search.promote(2);
    expect(await messagesIndices()).toEqual([`${test.prefix}-messages-v1.1-g0`, `${test.prefix}-messages-v1.2-g1`]);
    await applyAll(2);
    expect(await count('tick')).toBe(14);
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
    const build = await elsewhere.search.build(1);
    await build.store.apply({ operations: log, parked: [], checkpoint: world.position });
    await build.switchOver(world.position, partitionOf);
    await elsewhere.search.dropReplaced();
    await elsewhere.search.close();
    // Neither the index nor the point in time of the first page is there any more.
    const second = await reader.search({ ...query, ...(first.next === null ? {} : { cursor: first.next }) });
    expect(second.hits.map(({ position }) => position)).toHaveLength(5);
    expect(new Set([...first.hits, ...second.hits].map(({ position }) => position)).size).toBe(10);
  });
});
