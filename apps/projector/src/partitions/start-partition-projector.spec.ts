import type { ParleyEvent } from '@parley/events';
import {
  type DeadLetter,
  type DeliveryReader,
  type PartitionBatch,
  type PartitionCheckpoint,
  type PartitionedStatus,
  type PartitionProjectorHost,
  type ProjectionName,
  StoreReplaced,
} from '@parley/ports';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { projectionGroups } from '../projections.js';
import { MemoryStore, sent, started } from '../testing/memory-store.js';
import { MemoryFeed } from '../testing/memory-feed.js';
import { startPartitionProjector } from './start-partition-projector.js';

const nothingToRead = new Proxy({} as DeliveryReader, { get: () => async () => null });

describe('a projector of partitions', () => {
  const running: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    vi.useRealTimers();
    for (const projector of running.splice(0)) await projector.stop();
  });

  const start = (change: Partial<PartitionProjectorHost> = {}, group: 'timeline' | 'search' = 'timeline') => {
    const feed = new MemoryFeed();
    const stores = new Map<string, MemoryStore>();
    const published: PartitionBatch[] = [];
    const progress: PartitionCheckpoint[] = [];
    const letters: DeadLetter[] = [];
    const statuses: (readonly PartitionedStatus[])[] = [];
    const storeOf = (name: ProjectionName, partition = 1): MemoryStore => {
      const key = `${name} ${partition}`;
      const store = stores.get(key) ?? new MemoryStore();
      stores.set(key, store);
      return store;
    };
    const projector = startPartitionProjector(projectionGroups[group], {
      group,
      feed,
      log: feed.log,
      openStore: async ({ name }, partition) => {
        const store = storeOf(name, partition);
        store.opened++;
        if (store.broken) throw new Error('the disk is full');
        return store;
      },
      ...(group === 'timeline'
        ? {
            deliveries: {
              reader: nothingToRead,
              publisher: { publish: async (batch: PartitionBatch) => void published.push(batch) },
            },
          }
        : {}),
      progress: { tell: (checkpoint) => void progress.push(checkpoint), subscribe: () => () => undefined },
      deadLetters: { add: async (letter) => void letters.push(letter) },
      onStatus: (status) => void statuses.push(status),
      ...change,
    });
    running.push(projector);
    const state = (name: ProjectionName) => projector.status().find((each) => each.name === name);
    const spans = () => published.map(({ previous, position, deliveries }) => [previous, position, deliveries.length]);
    return { projector, feed, storeOf, published, progress, letters, statuses, state, spans };
  };

  it('applies, then tells gateways, then tells how far it is', async () => {
    const order: string[] = [];
    const { feed, storeOf, spans, progress, state } = start({
      recordEvents: async (partition, events) => void order.push(`record ${partition} ${events.length}`),
    });
    feed.write(started);
    expect(state('history')).toMatchObject({ state: 'idle', position: null, partitions: [] });
    expect(await feed.begin(1)).toBe(0);
    await feed.take(1, feed.batch(1, 0, 1));
    feed.write(sent(1));
    feed.write(sent(2));
    await feed.take(1, feed.batch(1, 1, 3));
    expect(spans()).toEqual([
      [1, 1, 0],
      [1, 1, 0],
      [1, 3, 2],
    ]);
    expect(storeOf('history').operations.map(({ position }) => position)).toEqual([1, 2, 3]);
    const timeline = projectionGroups.timeline.map(({ name }) => name);
    expect(progress.slice(-timeline.length)).toEqual(
      timeline.map((projection) => ({ projection, partition: 1, position: 3 })),
    );
    expect(order).toEqual(['record 1 1', 'record 1 2']);
    expect(state('history')).toMatchObject({ state: 'live', position: 3, partitions: [1] });
  });

  it('begins at the lowest checkpoint, gives a store nothing twice, and delivers nothing that it did not apply itself', async () => {
    const { feed, storeOf, spans } = start();
    for (const event of [started, sent(1), sent(2)]) feed.write(event);
    storeOf('history').saved = 2;
    storeOf('watermarks').saved = 1;
    for (const name of ['inbox', 'membership', 'people'] as const) storeOf(name).saved = 3;
    expect(await feed.begin(1)).toBe(1);
    await feed.take(1, { events: [], checkpoint: 1, live: true });
    await feed.take(1, feed.batch(1, 1, 3));
    expect(storeOf('history').operations.map(({ position }) => position)).toEqual([3]);
    expect(storeOf('watermarks').operations.map(({ position }) => position)).toEqual([2, 3]);
    expect(storeOf('inbox').operations).toEqual([]);
    expect(spans().at(-1)).toEqual([3, 3, 0]);
    feed.write(sent(3));
    await feed.take(1, feed.batch(1, 3, 4));
    expect(spans().at(-1)).toEqual([3, 4, 1]);
  });

  it('goes on from where the last owner was without a hole, when all stores are together', async () => {
    const { feed, storeOf, spans } = start();
    feed.write(started);
    feed.write(sent(1));
    for (const { name } of projectionGroups.timeline) storeOf(name).saved = 1;
    await feed.begin(1);
    await feed.take(1, { events: [], checkpoint: 1, live: true });
    await feed.take(1, feed.batch(1, 1, 2));
    expect(spans()).toEqual([
      [1, 1, 0],
      [1, 2, 1],
    ]);
  });

  it('rejects what a store rejects, says so, opens it again, catches up and leaves a hole', async () => {
    const { feed, storeOf, spans, state, statuses } = start();
    feed.write(started);
    await feed.begin(1);
    await feed.take(1, feed.batch(1, 0, 1));
    feed.write(sent(1));
    storeOf('inbox').broken = true;
    storeOf('watermarks').broken = true;
    await expect(feed.take(1, feed.batch(1, 1, 2))).rejects.toThrow('the disk is full');
    expect(state('watermarks')).toMatchObject({ state: 'failed', error: 'the disk is full', position: 1 });
    expect(
      statuses
        .at(-1)
        ?.filter((each) => each.state === 'failed')
        .map(({ name }) => name),
    ).toEqual(['watermarks']);
    storeOf('inbox').broken = false;
    storeOf('watermarks').broken = false;
    await feed.take(1, feed.batch(1, 1, 2));
    expect(storeOf('watermarks').opened).toBe(2);
    expect(storeOf('watermarks').operations.map(({ position }) => position)).toEqual([1, 2]);
    expect(storeOf('history').operations.map(({ position }) => position)).toEqual([1, 2]);
    expect(spans().at(-1)).toEqual([2, 2, 0]);
    expect(state('watermarks')).toMatchObject({ state: 'live', position: 2 });
    feed.write(sent(2));
    await feed.take(1, feed.batch(1, 2, 3));
    expect(spans().at(-1)).toEqual([2, 3, 1]);
  });

  it('reads from the log what a store has lost, of its own partition only', async () => {
    const { feed, storeOf } = start();
    feed.write(started);
    feed.write(sent(1), 'conversation-cnv_2');
    feed.write(sent(1));
    await feed.begin(1);
    await feed.take(1, feed.batch(1, 0, 3));
    storeOf('history').broken = true;
    feed.write(sent(2));
    await expect(feed.take(1, feed.batch(1, 3, 4))).rejects.toThrow('the disk is full');
    Object.assign(storeOf('history'), { broken: false, saved: 0 });
    storeOf('history').operations.splice(0);
    await feed.take(1, feed.batch(1, 3, 4));
    expect(storeOf('history').operations.map(({ position }) => position)).toEqual([1, 3, 4]);
  });

  it('answers no begin until every store is open', async () => {
    const { feed, storeOf, state } = start();
    storeOf('membership').broken = true;
    await expect(feed.begin(1)).rejects.toThrow('the disk is full');
    expect(state('membership')).toMatchObject({ state: 'failed', error: 'the disk is full' });
    storeOf('membership').broken = false;
    expect(await feed.begin(1)).toBe(0);
    expect(state('membership')).toMatchObject({ state: 'catching-up' });
    expect(storeOf('history').opened).toBe(1);
  });

  it('catches up without deliveries, and says that there is a hole when it is there', async () => {
    const { feed, spans, state } = start();
    for (const event of [started, sent(1), sent(2)]) feed.write(event);
    await feed.begin(1);
    await feed.take(1, feed.batch(1, 0, 2, false));
    expect(state('history')).toMatchObject({ state: 'catching-up' });
    await feed.take(1, feed.batch(1, 2, 3, true));
    expect(spans()).toEqual([
      [2, 2, 0],
      [3, 3, 0],
    ]);
  });

  it('sends on what it parks, before it does, once for each batch however often that fails', async () => {
    const { feed, storeOf, letters, state, projector } = start();
    feed.write(started);
    feed.events.push({ ...feed.events[0]!, type: 'Unheard.v1', position: 2, eventId: 'e2' });
    storeOf('history').reject = new Map([[3, 'there is no room']]);
    feed.write(sent(1));
    await feed.begin(1);
    storeOf('history').broken = true;
    await expect(feed.take(1, feed.batch(1, 0, 3))).rejects.toThrow('the disk is full');
    storeOf('history').broken = false;
    await feed.take(1, feed.batch(1, 0, 3));
    const sentOn = letters.map(({ projection, partition, reason, event }) => [
      `${projection} ${partition} ${event.position} ${reason}`,
    ]);
    expect(sentOn.flat().sort()).toEqual([
      'history 1 2 unknown-type',
      'history 1 3 there is no room',
      'inbox 1 2 unknown-type',
      'membership 1 2 unknown-type',
      'people 1 2 unknown-type',
      'watermarks 1 2 unknown-type',
    ]);
    expect(state('history')).toMatchObject({ parked: 2, state: 'live' });
    expect(await projector.retryParked('history', 3)).toBe(false);
    storeOf('history').reject = new Map();
    expect(await projector.retryParked('history', 3)).toBe(true);
    expect(await projector.retryParked('history', 3)).toBe(false);
    expect(await projector.retryParked('history', 99)).toBe(false);
    expect(state('history')).toMatchObject({ parked: 1 });
  });

  it('does not park without a letter', async () => {
    const add = vi.fn<(letter: DeadLetter) => Promise<void>>().mockRejectedValueOnce(new Error('no broker'));
    const { feed, storeOf, state } = start({ deadLetters: { add } });
    feed.write(started);
    feed.events.push({ ...feed.events[0]!, type: 'Unheard.v1', position: 2, eventId: 'e2' });
    await feed.begin(1);
    await expect(feed.take(1, feed.batch(1, 0, 2))).rejects.toThrow('no broker');
    expect(projectionGroups.timeline.some(({ name }) => state(name)?.state === 'failed')).toBe(true);
    await feed.take(1, feed.batch(1, 0, 2));
    for (const { name } of projectionGroups.timeline) expect(await storeOf(name).parked()).toHaveLength(1);
    expect(add).toHaveBeenCalledTimes(6);
  });

  it.each(['before a batch', 'in the middle of one'])(
    'goes over to other stores %s, without a failure',
    async (when) => {
      const opened: MemoryStore[] = [];
      const { feed, statuses, state, spans } = start({
        openStore: async ({ name }) => {
          const store = new MemoryStore();
          if (name === 'history') opened.push(store);
          return store;
        },
      });
      feed.write(started);
      feed.write(sent(1));
      await feed.begin(1);
      await feed.take(1, feed.batch(1, 0, 1));
      const first = opened[0]!;
      if (when === 'before a batch') first.replaced = true;
      else {
        vi.spyOn(first, 'apply').mockImplementationOnce(async () => {
          first.replaced = true;
          throw new StoreReplaced('others are written now');
        });
      }
      await feed.take(1, feed.batch(1, 1, 2));
      expect(opened).toHaveLength(2);
      expect(opened[1]?.operations.map(({ position }) => position)).toEqual([1, 2]);
      expect(statuses.flat().every((each) => each.state !== 'failed')).toBe(true);
      expect(state('history')).toMatchObject({ state: 'live', position: 2 });
      expect(spans().at(-1)?.slice(0, 2)).toEqual([when === 'before a batch' ? 1 : 2, 2]);
    },
  );

  it('leaves a parked event of a partition that another process has to that process', async () => {
    const { feed, storeOf, projector } = start();
    feed.write(started, 'conversation-cnv_2');
    const parked = { position: 1, stream: 'conversation-cnv_2', type: 'ConversationStarted.v1', reason: 'no room' };
    await storeOf('history', 0).apply({ operations: [], parked: [parked], checkpoint: 1 });
    expect(await projector.retryParked('history', 1)).toBeNull();
    await feed.begin(0);
    expect(await projector.retryParked('history', 1)).toBe(true);
    expect(storeOf('history', 0).operations.map(({ position }) => position)).toEqual([1]);
  });

  it('holds a partition up until its events are recorded', async () => {
    const recordEvents = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error('the index is away'));
    const { feed, storeOf, state } = start({ recordEvents });
    feed.write(started);
    await feed.begin(1);
    await expect(feed.take(1, feed.batch(1, 0, 1))).rejects.toThrow('the index is away');
    expect(storeOf('history').saved).toBe(0);
    expect(state('inbox')).toMatchObject({ state: 'failed', error: 'the index is away' });
    await feed.take(1, feed.batch(1, 0, 1));
    expect(storeOf('history').saved).toBe(1);
    expect(state('inbox')).toMatchObject({ state: 'live' });
  });

  it('saves checkpoints where nothing concerned a projection, and repeats how far it is, without being asked', async () => {
    vi.useFakeTimers();
    const { feed, storeOf, progress } = start({}, 'search');
    await feed.begin(0);
    await feed.take(0, { events: [], checkpoint: 9, live: true });
    expect(storeOf('search', 0).saved).toBe(0);
    progress.splice(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(storeOf('search', 0).saved).toBe(9);
    expect(progress).toEqual([{ projection: 'search', partition: 0, position: 9 }]);
  });

  it('saves a checkpoint that costs a write of its own now and then, before a parked event is tried again too', async () => {
    vi.useFakeTimers();
    const { feed, storeOf, state, spans, projector } = start();
    const store = storeOf('history');
    store.keepsCheckpointApart = true;
    await store.apply({
      operations: [],
      parked: [{ position: 1, stream: 'conversation-cnv_1', type: 'ConversationStarted.v1', reason: 'no room' }],
      checkpoint: 0,
    });
    for (const event of [started, sent(1), sent(2)]) feed.write(event);
    await feed.begin(1);
    await feed.take(1, feed.batch(1, 0, 1));
    expect(store.saved).toBe(1);
    await feed.take(1, feed.batch(1, 1, 2));
    expect(store.saved).toBe(1);
    expect(state('history')).toMatchObject({ state: 'live', position: 2 });
    expect(spans().at(-1)).toEqual([1, 2, 1]);
    expect(await projector.retryParked('history', 1)).toBe(true);
    expect(store.saved).toBe(2);
    await feed.take(1, feed.batch(1, 2, 3));
    expect(store.saved).toBe(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(store.saved).toBe(3);
  });

  it('tries a failed store again though nothing new arrives', async () => {
    vi.useFakeTimers();
    const { feed, storeOf, state } = start({}, 'search');
    await feed.begin(0);
    await feed.take(0, { events: [], checkpoint: 9, live: true });
    storeOf('search', 0).broken = true;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(state('search')).toMatchObject({ state: 'failed' });
    storeOf('search', 0).broken = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(state('search')).toMatchObject({ state: 'live', position: 9 });
    expect(storeOf('search', 0).saved).toBe(9);
  });

  it('lets go of a partition that is lost, between two parts at the latest, and has it again later', async () => {
    const { feed, storeOf, state } = start();
    feed.write(started);
    await feed.begin(1);
    const gate = Promise.withResolvers<void>();
    const apply = vi.spyOn(storeOf('history'), 'apply').mockImplementationOnce(() => gate.promise);
    // Whoever comes and goes in one batch cuts it in two.
    feed.write({ type: 'MemberAdded.v1', data: { userId: 'usr_b', role: 'member', addedBy: 'usr_a' } } as ParleyEvent);
    feed.write({ type: 'MemberLeft.v1', data: { userId: 'usr_b' } } as ParleyEvent);
    const taken = feed.take(1, feed.batch(1, 0, 3));
    await vi.waitFor(() => expect(apply).toHaveBeenCalled());
    feed.lose(1);
    gate.resolve();
    await expect(taken).rejects.toThrow('abort');
    expect(storeOf('inbox').saved).toBe(2);
    expect(state('history')).toMatchObject({ state: 'idle' });
    expect(await feed.begin(1)).toBe(0);
  });

  it('saves, leaves and closes when it stops', async () => {
    const { feed, storeOf, projector } = start({}, 'search');
    await feed.begin(0);
    await feed.take(0, { events: [], checkpoint: 4, live: true });
    expect(await projector.lag()).toBe(7);
    await projector.stop();
    expect(storeOf('search', 0).saved).toBe(4);
    expect(feed.closed).toBe(true);
  });
});
