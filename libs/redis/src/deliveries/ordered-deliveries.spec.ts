import type { Logger } from '@parley/platform';
import {
  type CheckpointReader,
  type DeliveryBatch,
  type PartitionBatch,
  type PartitionCheckpoint,
  projectionNames,
  timelineProjections,
} from '@parley/ports';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OrderedDeliveries } from './ordered-deliveries.js';

const silent = { info() {}, warn() {}, error() {} } as unknown as Logger;

/** Redis and the stores as far as a gateway sees them. */
class Surroundings {
  readonly timeline = new Map<string, PartitionCheckpoint>();
  readonly search = new Map<string, PartitionCheckpoint>();
  timelineReads = 0;
  away = false;
  listening = true;
  #onBatch: (batch: PartitionBatch) => void = () => {};
  #onListening: () => void = () => {};
  #onProgress: (checkpoint: PartitionCheckpoint) => void = () => {};
  deliveries: OrderedDeliveries | undefined;
  readonly heard: DeliveryBatch[] = [];

  async open(partitions = 2, signal?: AbortSignal): Promise<OrderedDeliveries> {
    const isListening = (): boolean => this.listening;
    this.deliveries = await OrderedDeliveries.open(
      {
        source: {
          subscribe: (listener) => {
            this.#onBatch = listener;
            return () => (this.#onBatch = () => {});
          },
          get listening() {
            return isListening();
          },
          onListening: (listener) => {
            this.#onListening = listener;
            return () => (this.#onListening = () => {});
          },
        },
      },
      {
        partitions,
        progress: {
          subscribe: (listener) => {
            this.#onProgress = listener;
            return () => (this.#onProgress = () => {});
          },
        },
        timeline: this.#reader(this.timeline, () => this.timelineReads++),
        others: [this.#reader(this.search, () => {})],
        logger: silent,
        ...(signal === undefined ? {} : { signal }),
      },
    );
    this.deliveries.subscribe((batch) => this.heard.push(batch));
    return this.deliveries;
  }

  #reader(checkpoints: Map<string, PartitionCheckpoint>, onRead: () => void): CheckpointReader {
    return {
      checkpoints: async () => {
        onRead();
        if (this.away) throw new Error('away');
        return [...checkpoints.values()];
      },
    };
  }

  /** Projected, saved, not told. */
  save(partition: number, position: number): void {
    for (const projection of projectionNames) {
      const store = projection === 'search' ? this.search : this.timeline;
      store.set(`${projection} ${partition}`, { projection, partition, position });
    }
  }

  tell(partition: number, previous: number, position: number, ...at: number[]): void {
    this.#onBatch({
      partition,
      previous,
      position,
      deliveries: at.map((each) => ({ to: 'user', userId: 'usr_1', position: each, change: `${each}` })),
    });
  }

  progress(partition: number, position: number, projections: readonly PartitionCheckpoint['projection'][]): void {
    for (const projection of projections) this.#onProgress({ projection, partition, position });
  }

  back(): void {
    this.listening = true;
    this.#onListening();
  }

  get told(): string[] {
    return this.heard
      .splice(0)
      .map(({ previous, position, deliveries }) =>
        previous === position
          ? `gap ${position}`
          : `${previous}-${position}: ${deliveries.map((each) => each.position).join(' ')}`.trimEnd(),
      );
  }
}

let around: Surroundings;
beforeEach(() => {
  vi.useFakeTimers();
  around = new Surroundings();
});
afterEach(() => {
  around.deliveries?.close();
  vi.useRealTimers();
});
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('deliveries of a gateway', () => {
  it('begin where the checkpoints are, and go on with what is told', async () => {
    around.save(0, 50);
    around.save(1, 60);
    const deliveries = await around.open();
    expect(deliveries.safePosition()).toBe(50);
    around.tell(0, 50, 70, 55, 65);
    expect(deliveries.safePosition()).toBe(60);
    around.tell(1, 60, 66, 62);
    await pass(0);
    expect(around.told).toEqual(['gap 60', '60-66: 62 65']);
  });

  it('wait at the start until the checkpoints can be read', async () => {
    around.away = true;
    let open = false;
    const opening = around.open().then(() => (open = true));
    await pass(5_000);
    expect(open).toBe(false);
    around.away = false;
    await pass(1_000);
    await opening;
    expect(open).toBe(true);
  });

  it('give up waiting at the start when told so', async () => {
    around.away = true;
    const abort = new AbortController();
    const opening = around.open(2, abort.signal).catch((error: unknown) => error);
    await pass(2_000);
    abort.abort(new Error('enough'));
    await pass(1_000);
    expect(await opening).toEqual(new Error('enough'));
  });

  it('make devices read again after a second when a message was lost and none follows', async () => {
    around.save(0, 10);
    around.save(1, 10);
    await around.open();
    around.tell(0, 10, 20, 15);
    around.tell(1, 10, 12, 11);
    await pass(0);
    expect(around.told).toEqual(['10-12: 11']);
    // The batch of partition 1 up to 20 got lost; what its consumer repeats says so.
    around.progress(1, 20, timelineProjections);
    await pass(900);
    expect(around.told).toEqual([]);
    await pass(300);
    expect(around.told).toEqual(['gap 20']);
    around.tell(1, 20, 30, 22);
    around.tell(0, 20, 30, 25);
    await pass(0);
    expect(around.told).toEqual(['20-30: 22 25']);
  });

  it('go on from the checkpoints once a second while nothing can be heard', async () => {
    around.save(0, 10);
    around.save(1, 10);
    const deliveries = await around.open();
    await pass(0);
    around.listening = false;
    around.save(0, 20);
    around.save(1, 30);
    await pass(1_100);
    expect(deliveries.safePosition()).toBe(20);
    expect(around.told).toEqual(['gap 20']);
    around.save(0, 40);
    await pass(1_100);
    expect(around.told).toEqual(['gap 30']);
    around.save(1, 50);
    around.back();
    await pass(0);
    expect(around.told).toEqual(['gap 40']);
    around.tell(0, 40, 60, 45, 55);
    around.tell(1, 50, 60, 58);
    await pass(0);
    expect(around.told).toEqual(['gap 50', '50-60: 55 58']);
  });

  it('look at the checkpoints when it is silent, though Redis seems to be there', async () => {
    around.save(0, 10);
    around.save(1, 10);
    const deliveries = await around.open();
    around.save(0, 20);
    around.save(1, 20);
    await pass(2_700);
    expect(deliveries.safePosition()).toBe(20);
    await pass(1_200);
    expect(around.told).toEqual(['gap 20']);
  });

  it('look at the checkpoints when a partition only repeats itself', async () => {
    around.save(0, 10);
    around.save(1, 10);
    const deliveries = await around.open();
    around.save(0, 20);
    around.save(1, 20);
    for (let i = 0; i < 30; i++) {
      await pass(100);
      around.progress(0, 10, timelineProjections);
      around.progress(1, 10, timelineProjections);
    }
    expect(deliveries.safePosition()).toBe(20);
  });

  it('do not look while news come', async () => {
    around.save(0, 10);
    around.save(1, 10);
    await around.open();
    for (let position = 10; position < 60; position++) {
      around.tell(0, position, position + 1);
      around.tell(1, position, position + 1);
      await pass(100);
    }
    expect(around.timelineReads).toBe(1);
    expect(around.told.at(-1)).toBe('59-60:');
  });

  it('keep what one listener throws from the others', async () => {
    around.save(0, 1);
    const deliveries = await around.open(1);
    const heard: number[] = [];
    deliveries.subscribe(() => {
      throw new Error('of this test');
    });
    const end = deliveries.subscribe(({ position }) => heard.push(position));
    around.tell(0, 1, 2);
    await pass(0);
    end();
    around.tell(0, 2, 3);
    await pass(0);
    expect(heard).toEqual([2]);
  });
});

describe('waiting for a position', () => {
  it('ends when all projections that serve reads have it', async () => {
    around.save(0, 10);
    around.save(1, 10);
    const deliveries = await around.open();
    around.progress(0, 10, ['search']);
    around.progress(1, 10, ['search']);
    expect(await deliveries.waitFor(10, 0)).toBe(true);
    let reached: boolean | null = null;
    void deliveries.waitFor(20, 60_000).then((answer) => (reached = answer));
    around.tell(0, 10, 20);
    around.tell(1, 10, 20);
    await pass(50);
    expect(reached).toBeNull();
    for (const partition of [0, 1]) around.progress(partition, 21, ['search']);
    await pass(0);
    expect(reached).toBe(true);
  });

  it('is told false at its limit, and at the end', async () => {
    around.save(0, 10);
    const deliveries = await around.open(1);
    const late = deliveries.waitFor(20, 500);
    await pass(500);
    expect(await late).toBe(false);
    const ended = deliveries.waitFor(20, 60_000);
    deliveries.close();
    expect(await ended).toBe(false);
  });

  it('looks at the checkpoints ten times a second', async () => {
    around.save(0, 10);
    const deliveries = await around.open(1);
    await pass(0);
    let reached = false;
    void deliveries.waitFor(20, 60_000).then((answer) => (reached = answer));
    await pass(300);
    around.save(0, 20);
    await pass(250);
    expect(reached).toBe(true);
  });

  it('leaves out a projection that is out of order, until it is back', async () => {
    around.save(0, 10);
    const deliveries = await around.open(1);
    await pass(5_000);
    for (const projection of timelineProjections)
      around.timeline.set(projection, { projection, partition: 0, position: 20 });
    let reached = false;
    void deliveries.waitFor(20, 60_000).then((answer) => (reached = answer));
    await pass(2_500);
    expect(reached).toBe(false);
    await pass(1_500);
    expect(reached).toBe(true);
    around.save(0, 20);
    await pass(6_000);
    around.tell(0, 20, 30);
    around.progress(0, 20, ['search']);
    reached = false;
    void deliveries.waitFor(30, 60_000).then((answer) => (reached = answer));
    await pass(1_000);
    expect(reached).toBe(false);
  });
});
