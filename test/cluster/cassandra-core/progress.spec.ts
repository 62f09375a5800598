import {
  CassandraCheckpointReader,
  CassandraProjectionStore,
  GenerationRegistry,
  type Lane,
  LaneProgress,
  type RowWriter,
  ServingGenerations,
} from '@parley/cassandra';
import { OperationsRejected, type ParkedOperation, ReadModelUnavailable } from '@parley/ports';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTestKeyspace, type TestKeyspace } from './keyspace.js';

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await openTestKeyspace();
});
afterAll(() => keyspace.close());

const parkedAt = (position: number): ParkedOperation => ({ position, stream: 's', type: 'T.v1', reason: 'because' });
let nextGeneration = 100;
/** A lane that no other test has written. */
const newLane = (): Lane => ({ projection: 'history', generation: nextGeneration++, partition: 3 });

describe('progress of a lane', () => {
  it('begins at 0 and only rises, whoever writes late', async () => {
    const lane = newLane();
    const progress = new LaneProgress(keyspace.client, lane);
    expect(await progress.checkpoint()).toBe(0);
    await progress.save(50);
    await new LaneProgress(keyspace.client, lane).save(20);
    expect(await progress.checkpoint()).toBe(50);
    await progress.save(51);
    expect(await progress.checkpoint()).toBe(51);
    expect(await new LaneProgress(keyspace.client, { ...lane, partition: 4 }).checkpoint()).toBe(0);
  });

  it('keeps positions of any size of ours exactly', async () => {
    const progress = new LaneProgress(keyspace.client, newLane());
    await progress.save(Number.MAX_SAFE_INTEGER);
    expect(await progress.checkpoint()).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('keeps parked events until they are through, and then for good', async () => {
    const progress = new LaneProgress(keyspace.client, newLane());
    await progress.park([parkedAt(9), parkedAt(4)], 1_000);
    await progress.park([parkedAt(9)], 1_000);
    expect(await progress.parked()).toEqual([
      { ...parkedAt(4), parkedAt: 1_000 },
      { ...parkedAt(9), parkedAt: 1_000 },
    ]);
    await progress.unpark(4);
    // A consumer that lost its partition tells late of what it could not apply.
    await progress.park([parkedAt(4)], 2_000);
    expect((await progress.parked()).map(({ position }) => position)).toEqual([9]);
  });
});

const storeWith = (writer: RowWriter<string>, lane = newLane()) =>
  new CassandraProjectionStore(keyspace.client, lane, writer, () => 7_000);

describe('the store of a projection', () => {
  it('writes rows, then what is parked, then the checkpoint', async () => {
    const steps: string[] = [];
    const lane = newLane();
    const progress = new LaneProgress(keyspace.client, lane);
    const store = storeWith(
      {
        write: async (operations) => {
          steps.push(`${operations.join()} at ${await progress.checkpoint()} with ${(await progress.parked()).length}`);
        },
      },
      lane,
    );
    await store.apply({ operations: ['a', 'b'], parked: [parkedAt(2)], checkpoint: 5 });
    await store.apply({ operations: ['c'], parked: [], checkpoint: 8 });
    await store.apply({ operations: [], parked: [], checkpoint: 9 });
    expect(steps).toEqual(['a,b at 0 with 0', 'c at 5 with 1']);
    expect(await store.checkpoint()).toBe(9);
    expect(await store.parked()).toEqual([{ ...parkedAt(2), parkedAt: 7_000 }]);
    await store.applyParked(2, ['again']);
    expect(steps.at(-1)).toBe('again at 9 with 1');
    expect(await store.parked()).toEqual([]);
    expect(await store.checkpoint()).toBe(9);
  });

  it('stays where it is when rows are refused or the engine fails', async () => {
    for (const error of [new OperationsRejected(new Map([[3, 'no']])), new ReadModelUnavailable('away')]) {
      const store = storeWith({ write: () => Promise.reject(error) });
      await expect(store.apply({ operations: ['a'], parked: [parkedAt(2)], checkpoint: 5 })).rejects.toBe(error);
      expect(await store.checkpoint()).toBe(0);
      expect(await store.parked()).toEqual([]);
    }
  });
});

describe('generations', () => {
  it('begin with the first one, the same for all who ask at once', async () => {
    const registry = new GenerationRegistry(keyspace.client);
    expect(await registry.serving('inbox')).toBeNull();
    const asked = await Promise.all(Array.from({ length: 8 }, (_, i) => registry.servingOrFirst('inbox', i + 1)));
    expect(new Set(asked.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(asked[0]?.generation).toBe(1);
    expect(await registry.serving('inbox')).toEqual(asked[0]);
  });

  it('are numbered once, and switched from the one that serves only', async () => {
    const registry = new GenerationRegistry(keyspace.client);
    await registry.servingOrFirst('membership', 1);
    const numbers = await Promise.all(Array.from({ length: 5 }, () => registry.reserve('membership')));
    expect(numbers.toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6]);
    expect(await registry.switchTo('membership', 1, { generation: 4, version: 2 })).toBe(true);
    expect(await registry.switchTo('membership', 1, { generation: 5, version: 2 })).toBe(false);
    expect(await registry.switchTo('membership', 1, { generation: 4, version: 2 })).toBe(true);
    expect(await registry.serving('membership')).toEqual({ generation: 4, version: 2 });
  });

  it('reach readers within about a second, with their checkpoints', async () => {
    const registry = new GenerationRegistry(keyspace.client);
    const generations = new ServingGenerations(keyspace.client);
    const reader = new CassandraCheckpointReader(keyspace.client, generations, ['watermarks', 'people']);
    await expect(generations.of('watermarks')).rejects.toThrow(ReadModelUnavailable);
    expect(await reader.checkpoints()).toEqual([]);
    await registry.servingOrFirst('watermarks', 1);
    const next = await registry.reserve('watermarks');
    for (const [generation, partition, position] of [
      [1, 0, 10],
      [1, 1, 11],
      [next, 0, 99],
    ] as const) {
      await new LaneProgress(keyspace.client, { projection: 'watermarks', generation, partition }).save(position);
    }
    expect(await reader.checkpoints()).toEqual([
      { projection: 'watermarks', partition: 0, position: 10 },
      { projection: 'watermarks', partition: 1, position: 11 },
    ]);
    await registry.switchTo('watermarks', 1, { generation: next, version: 1 });
    await vi.waitFor(async () => expect(await generations.of('watermarks')).toBe(next), { timeout: 10_000 });
    expect(await reader.checkpoints()).toEqual([{ projection: 'watermarks', partition: 0, position: 99 }]);
    generations.close();
  });
});
