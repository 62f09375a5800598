import { encodeEvent, type ParleyEvent, type RecordedEvent } from '@parley/events';
import {
  type DeliveryBatch,
  type DeliveryReader,
  type EventBatch,
  type EventLogReader,
  type LaneStatus,
  type ProjectionName,
  type ReadAllOptions,
} from '@parley/ports';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { projections } from '../projections.js';
import { MemoryStore, sent, started } from '../testing/memory-store.js';
import { startProjector } from './start-projector.js';

/** A log in memory: what is written wakes those who follow it. */
class MemoryLog {
  readonly events: RecordedEvent[] = [];
  #wake = Promise.withResolvers<void>();
  #closed = false;

  write(event: ParleyEvent, stream = 'conversation-cnv_1'): number {
    const position = this.events.length + 1;
    const encoded = encodeEvent(event, { eventId: `e${position}`, time: 0, metadata: { actorId: 'usr_a' } });
    this.events.push({ ...encoded, stream, revision: position - 1, position });
    this.#wake.resolve();
    return position;
  }

  readonly reader = {
    info: async () => ({ events: this.events.length, lastPosition: this.events.length, lastTime: null }),
    readAll: async ({ from, after = (from ?? 1) - 1, upTo = Infinity, limit = 512 }: ReadAllOptions) => {
      const events = this.events.filter(({ position }) => position > after && position <= upTo).slice(0, limit);
      const considered = events.at(-1)?.position ?? after;
      return { events, considered, atEnd: considered >= Math.min(upTo, this.events.length) };
    },
    subscribe: ({ after }: { after: number }) => ({
      close: () => {
        this.#closed = true;
        this.#wake.resolve();
      },
      [Symbol.asyncIterator]: () => this.#follow(after),
    }),
  } as unknown as EventLogReader;

  async *#follow(after: number): AsyncGenerator<EventBatch> {
    for (let position = after; !this.#closed;) {
      if (position < this.events.length) {
        const events = this.events.slice(position);
        position = this.events.length;
        yield { events, checkpoint: position, live: true };
      } else {
        this.#wake = Promise.withResolvers();
        await this.#wake.promise;
      }
    }
  }
}

const nothingToRead = new Proxy({} as DeliveryReader, { get: () => async () => null });

describe('startProjector', () => {
  const running: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const projector of running.splice(0)) await projector.stop();
  });

  const start = async (log: MemoryLog, stores = new Map<ProjectionName, MemoryStore>()) => {
    const batches: DeliveryBatch[] = [];
    const statuses: (readonly LaneStatus[])[] = [];
    let applied = 0;
    const projector = await startProjector(projections, {
      log: log.reader,
      openStore: async ({ name }) => {
        const store = stores.get(name) ?? new MemoryStore();
        stores.set(name, store);
        store.opened++;
        if (store.broken) throw new Error('the disk is full');
        return store;
      },
      reader: nothingToRead,
      publisher: { publish: async (batch) => void batches.push(batch) },
      onApplied: (position) => (applied = position),
      onStatus: (status) => statuses.push(status),
    });
    running.push(projector);
    const reached = (position: number) => vi.waitFor(() => expect(applied).toBe(position));
    const storeOf = (name: ProjectionName) => stores.get(name) ?? new MemoryStore();
    return { projector, batches, statuses, reached, storeOf, stores };
  };

  it('delivers what is applied, each batch naming the one before', async () => {
    const log = new MemoryLog();
    const { batches, reached, projector } = await start(log);
    log.write(started);
    await reached(1);
    log.write(sent(1));
    log.write(sent(2));
    await reached(3);
    expect(batches.map(({ previous, position }) => [previous, position])).toEqual([
      [0, 1],
      [1, 3],
    ]);
    expect(batches[1]?.deliveries.map((delivery) => delivery.position)).toEqual([2, 3]);
    expect(projector.safePosition()).toBe(3);
  });

  it('catches up without deliveries, and says that there is a hole', async () => {
    const log = new MemoryLog();
    log.write(started);
    log.write(sent(1));
    const { batches, reached, projector } = await start(log);
    await projector.caughtUp();
    await reached(2);
    expect(batches.at(-1)).toEqual({ position: 2, previous: 2, deliveries: [] });
    expect(batches.flatMap((batch) => batch.deliveries)).toEqual([]);
  });

  it('gives a store what it lacks and nothing twice', async () => {
    const log = new MemoryLog();
    for (const event of [started, sent(1), sent(2), sent(3)]) log.write(event);
    const ahead = new MemoryStore();
    ahead.saved = 3;
    const { reached, storeOf } = await start(log, new Map([['history', ahead]]));
    await reached(4);
    expect(storeOf('history').operations.map(({ position }) => position)).toEqual([4]);
    expect(storeOf('watermarks').operations.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
  });

  it('does not save a checkpoint for what does not concern a projection, until it stops', async () => {
    const log = new MemoryLog();
    const { reached, storeOf, projector } = await start(log);
    log.write(started);
    log.write(sent(1));
    await reached(2);
    expect(storeOf('people').saved).toBe(0);
    expect(await projector.saveCheckpoint('people')).toBe(2);
    expect(storeOf('people').saved).toBe(2);
    log.write(sent(2));
    await reached(3);
    await projector.stop();
    running.splice(0);
    expect(storeOf('people').saved).toBe(3);
  });

  it('goes on without a projection whose store fails, which comes back by itself', async () => {
    const log = new MemoryLog();
    const { reached, storeOf, projector, batches, statuses } = await start(log);
    log.write(started);
    await reached(1);
    storeOf('search').broken = true;
    log.write(sent(1));
    await reached(2);
    expect(batches.at(-1)).toMatchObject({ position: 2, previous: 1 });
    const state = (name: ProjectionName) => projector.status().find((lane) => lane.name === name);
    expect(state('search')).toMatchObject({ state: 'failed', error: 'the disk is full', position: 1 });
    expect(statuses.at(-1)?.filter((lane) => lane.state === 'failed')).toHaveLength(1);
    log.write(sent(2));
    await reached(3);
    storeOf('search').broken = false;
    await vi.waitFor(() => expect(state('search')).toMatchObject({ state: 'live', position: 3 }), { timeout: 5_000 });
    expect(storeOf('search').operations.map(({ position }) => position)).toEqual([2, 3]);
  });

  it('holds deliveries back while history is out of order, then leaves a hole', async () => {
    const log = new MemoryLog();
    const { reached, storeOf, projector, batches } = await start(log);
    log.write(started);
    await reached(1);
    storeOf('history').broken = true;
    log.write(sent(1));
    await reached(2);
    expect(batches).toHaveLength(1);
    expect(projector.safePosition()).toBe(1);
    storeOf('history').broken = false;
    await vi.waitFor(() => expect(batches).toHaveLength(2), { timeout: 5_000 });
    expect(batches[1]).toEqual({ position: 2, previous: 2, deliveries: [] });
    log.write(sent(2));
    await reached(3);
    expect(batches[2]).toMatchObject({ position: 3, previous: 2 });
    expect(batches[2]?.deliveries).toHaveLength(1);
  });

  it('parks what nobody can decode, what a rule throws on and what a store refuses', async () => {
    const log = new MemoryLog();
    const stores = new Map<ProjectionName, MemoryStore>([['history', new MemoryStore()]]);
    const { reached, storeOf, projector } = await start(log, stores);
    log.write(started);
    log.events.push({ ...log.events[0]!, type: 'Unheard.v1', position: 2, eventId: 'e2' });
    log.events.push({ ...log.events[0]!, data: '{}', position: 3, eventId: 'e3' });
    storeOf('history').reject = new Map([[4, 'there is no room']]);
    log.write(sent(1));
    log.write(sent(2));
    await reached(5);
    const parked = async (name: ProjectionName) => (await storeOf(name).parked()).map(({ position }) => position);
    expect(await parked('history')).toEqual([2, 4]);
    expect(await parked('membership')).toEqual([2, 3]);
    expect(await parked('people')).toEqual([2]);
    expect(storeOf('history').operations.map(({ position }) => position)).toEqual([1, 3, 5]);
    expect(projector.status().find((lane) => lane.name === 'history')).toMatchObject({ state: 'live', parked: 2 });
    expect(await projector.retryParked('history', 2)).toBe(false);
    expect(await projector.retryParked('history', 4)).toBe(false);
    storeOf('history').reject = new Map();
    expect(await projector.retryParked('history', 4)).toBe(true);
    expect(await projector.retryParked('history', 4)).toBe(false);
    expect(await parked('history')).toEqual([2]);
    expect(storeOf('history').operations.map(({ position }) => position)).toEqual([1, 3, 5, 4]);
  });

  it('goes over to another store between two batches, with everything in it', async () => {
    const log = new MemoryLog();
    const { reached, storeOf, projector, stores } = await start(log);
    log.write(started);
    log.write(sent(1));
    await reached(2);
    const old = storeOf('history');
    stores.set('history', new MemoryStore());
    const seen: number[] = [];
    await projector.switchStore('history', () => seen.push(storeOf('history').saved));
    expect(seen).toEqual([2]);
    log.write(sent(2));
    await reached(3);
    expect(old.operations).toHaveLength(2);
    expect(storeOf('history').operations.map(({ position }) => position)).toEqual([1, 2, 3]);
  });
});
