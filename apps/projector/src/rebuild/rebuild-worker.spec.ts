import type { Build, DeadLetter, ProjectionStore } from '@parley/ports';
import { createLogger } from '@parley/platform';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { history } from '../history/evolve.js';
import { decodeBatch } from '../runner/decoded-batch.js';
import { evolveBatch } from '../runner/evolve-batch.js';
import { applyEvolved } from '../runner/replay.js';
import { MemoryFeed } from '../testing/memory-feed.js';
import { MemoryBuilds, MemoryGenerations } from '../testing/memory-generations.js';
import { sent, started } from '../testing/memory-store.js';
import { RebuildWorker } from './rebuild-worker.js';

const logger = createLogger('silent');

/** A consumer of both partitions, driven by hand. */
class Consumer {
  readonly #stores = new Map<number, ProjectionStore<never>>();
  readonly #at = new Map<number, number>();

  constructor(
    private readonly feed: MemoryFeed,
    private readonly generations: MemoryGenerations,
    private readonly version = 1,
  ) {}

  /** Applies what there is to what is to be written now. */
  async go(): Promise<void> {
    for (const partition of [0, 1]) await this.#take(partition);
  }

  async #take(partition: number): Promise<void> {
    let store = this.#stores.get(partition);
    if (store === undefined || store.replaced === true) {
      store = await this.generations.open(this.version, partition);
      this.#stores.set(partition, store);
      this.#at.set(partition, await store.checkpoint());
    }
    const at = this.#at.get(partition) ?? 0;
    const batch = decodeBatch(this.feed.batch(partition, at, this.feed.events.length).events, this.feed.events.length);
    await applyEvolved(store as never, batch, evolveBatch({ ...history, version: this.version }, batch, at));
    this.#at.set(partition, batch.checkpoint);
  }
}

describe('rebuilding a projection', () => {
  let feed: MemoryFeed;
  let generations: MemoryGenerations;
  let builds: MemoryBuilds;
  let consumer: Consumer;
  let letters: DeadLetter[];
  let talking: NodeJS.Timeout;
  const workers: RebuildWorker[] = [];

  beforeEach(async () => {
    feed = new MemoryFeed();
    generations = new MemoryGenerations();
    builds = new MemoryBuilds();
    consumer = new Consumer(feed, generations);
    letters = [];
    for (const stream of ['conversation-cnv_1', 'conversation-cnv_2']) {
      feed.write(started, stream);
      for (let sequence = 1; sequence <= 20; sequence++) feed.write(sent(sequence), stream);
    }
    await consumer.go();
  });
  afterEach(async () => {
    clearInterval(talking);
    for (const worker of workers.splice(0)) await worker.close();
  });

  let said = 100;
  /** People talk on, and consumers follow. */
  const goOn = (by: Consumer = consumer): void => {
    talking = setInterval(() => {
      feed.write(sent(++said), `conversation-cnv_${1 + (said % 2)}`);
      void by.go().catch(() => undefined);
    }, 2);
  };
  const work = (version = 1, times = {}): RebuildWorker => {
    const worker = new RebuildWorker({
      log: { readAll: feed.log.readAll, info: async () => info() },
      partitions: 2,
      partitionOf: (stream) => feed.partitionOf(stream),
      builds,
      deadLetters: { add: async (letter) => void letters.push(letter) },
      logger,
      projections: [{ ...history, version }],
      generationsOf: () => generations,
      leases: null,
      times: { look: 2, patience: 50, abandoned: 50, keep: 20, ...times },
    });
    workers.push(worker);
    return worker;
  };
  const info = () => ({ events: feed.events.length, lastPosition: feed.events.length, lastTime: null });
  const ended = async (): Promise<Build> => {
    await vi.waitFor(() => expect(['done', 'failed']).toContain(builds.build?.phase), { timeout: 8_000, interval: 5 });
    return builds.build as Build;
  };

  it('builds beside, feeds both, compares, switches, and lets the old one go', async () => {
    goOn();
    work();
    await builds.ask('history', 1);
    const build = await ended();
    expect(build).toMatchObject({ phase: 'done', generation: 2, old: 1, error: null });
    expect(build.report).toMatchObject({ onlyInNew: 0, switched: true });
    expect(build.done).toBeGreaterThanOrEqual(42);
    expect(generations.plans).toEqual([
      { serving: 1, version: 1, beside: 2, held: false },
      { serving: 2, version: 1, beside: 1, held: false },
      { serving: 2, version: 1, beside: null, held: false },
    ]);
    clearInterval(talking);
    await consumer.go();
    expect(generations.rows(2)).toEqual(feed.events.map(({ position }) => position));
  });

  it('goes on where another process has left it, whenever that one goes away', async () => {
    goOn();
    for (let steps = 0; steps < 8; steps++) {
      const advance = vi.spyOn(builds, 'advance');
      const dies = Math.max(1, steps);
      const worker = work();
      await builds.ask('history', 1);
      await vi.waitFor(() => expect(advance.mock.calls.length).toBeGreaterThanOrEqual(dies), { interval: 1 });
      await worker.close();
      work();
      expect(await ended()).toMatchObject({ phase: 'done' });
      const { serving } = generations.current ?? { serving: 0 };
      clearInterval(talking);
      await consumer.go();
      expect(generations.rows(serving)).toEqual(feed.events.map(({ position }) => position));
      for (const each of workers.splice(0)) await each.close();
      goOn();
    }
  });

  it('holds up consumers of the old version while rows of the new one take over', async () => {
    goOn();
    work(2);
    await builds.ask('history', 2);
    expect(await ended()).toMatchObject({ phase: 'done', version: 2 });
    expect(generations.plans).toEqual([
      { serving: 1, version: 1, beside: null, held: true },
      { serving: 2, version: 2, beside: null, held: true },
      { serving: 2, version: 2, beside: null, held: false },
    ]);
    clearInterval(talking);
    await expect(consumer.go()).rejects.toThrow('not to be written by this version');
    await new Consumer(feed, generations, 2).go();
    expect(generations.rows(2)).toEqual(feed.events.map(({ position }) => position));
  });

  it('is given up when consumers cannot take over, and the old rows serve on', async () => {
    work();
    const moved = vi.spyOn(generations, 'checkpoints').mockRejectedValue(new Error('the engine is away'));
    await builds.ask('history', 1);
    const build = await ended();
    expect(build).toMatchObject({ phase: 'failed', error: 'the engine is away' });
    moved.mockRestore();
    await vi.waitFor(() => expect(generations.current).toMatchObject({ serving: 1, beside: null, held: false }));
  });

  it('is given up when no process has the code for it', async () => {
    work(1);
    await builds.ask('history', 3);
    expect(await ended()).toMatchObject({ phase: 'failed', error: 'no process runs that builds version 3' });
  });

  it('sends letters of what only the new rows refuse', async () => {
    // A generation's own store refuses it: whatever makes rows differ.
    generations.storeOf(2, 'build').reject = new Map([[3, 'does not fit']]);
    work();
    await builds.ask('history', 1);
    const build = await ended();
    expect(build.report).toMatchObject({ onlyInOld: 1 });
    expect(letters).toMatchObject([{ projection: 'history', partition: 1, reason: 'does not fit' }]);
    expect(await generations.parked(2)).toMatchObject([{ position: 3, reason: 'does not fit' }]);
  });

  it('mends a plan that was left half changed, and removes rows that nobody reads', async () => {
    generations.current = { serving: 1, version: 1, beside: await generations.begin(), held: false };
    vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ['setTimeout', 'performance'] });
    work();
    await vi.advanceTimersByTimeAsync(32_000);
    await vi.waitFor(() => expect(generations.current).toMatchObject({ beside: null }));
    await vi.advanceTimersByTimeAsync(32_000);
    await vi.waitFor(async () => expect(await generations.leftovers()).toEqual([]));
    vi.useRealTimers();
  });
});
