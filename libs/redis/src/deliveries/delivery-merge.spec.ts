import type { Delivery, DeliveryBatch, PartitionBatch } from '@parley/ports';
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeliveryMerge } from './delivery-merge.js';

const delivery = (position: number, part = 0): Delivery => ({
  to: 'conversation',
  conversationId: 'cnv_1',
  position,
  change: `${position}.${part}`,
});
const batch = (partition: number, previous: number, position: number, ...positions: number[]): PartitionBatch => ({
  partition,
  previous,
  position,
  deliveries: positions.map((each) => delivery(each)),
});
const short = ({ previous, position, deliveries }: DeliveryBatch): string =>
  previous === position
    ? `gap ${position}`
    : `${previous}-${position}: ${deliveries.map((each) => each.position).join(' ')}`.trimEnd();
const open = (partitions: number, maxHeld = 1_000_000): { merge: DeliveryMerge; take: () => string[] } => {
  const merge = new DeliveryMerge({ partitions, maxHeld });
  return { merge, take: () => merge.take().map(short) };
};

describe('merging the deliveries of partitions', () => {
  it('holds back until every partition has passed, then hands on in the order of the log', () => {
    const { merge, take } = open(3);
    merge.onBatch(batch(0, 0, 40, 10, 40));
    merge.onBatch(batch(1, 0, 30, 20, 30));
    expect(take()).toEqual([]);
    merge.onBatch(batch(2, 0, 25));
    expect(take()).toEqual(['0-25: 10 20']);
    merge.onBatch(batch(2, 25, 50));
    expect(take()).toEqual(['25-30: 30']);
    merge.onBatch(batch(1, 30, 50));
    expect(take()).toEqual(['30-40: 40']);
    expect(take()).toEqual([]);
    expect(merge.held).toBe(0);
  });

  it('covers a hole by a gap up to where it ends, once that is safe', () => {
    const { merge, take } = open(2);
    merge.onBatch(batch(0, 0, 10, 10));
    merge.onBatch(batch(1, 0, 10));
    expect(take()).toEqual(['0-10: 10']);
    merge.onBatch(batch(0, 20, 30, 25));
    expect(take()).toEqual([]);
    merge.onBatch(batch(1, 10, 19, 15));
    expect(take()).toEqual([]);
    merge.onBatch(batch(1, 19, 30, 22));
    expect(take()).toEqual(['gap 20', '20-30: 22 25']);
  });

  it('takes a batch without deliveries whose ends are equal as a gap of its partition', () => {
    const { merge, take } = open(2);
    merge.onBatch(batch(0, 20, 20));
    merge.onBatch(batch(1, 0, 20, 5));
    expect(take()).toEqual(['gap 20']);
    merge.onBatch(batch(0, 99, 30));
    merge.onBatch(batch(1, 20, 30, 25));
    expect(take()).toEqual(['gap 30']);
  });

  it('hands on once what two consumers of a partition tell', () => {
    const { merge, take } = open(1);
    merge.onBatch(batch(0, 0, 20, 10, 20));
    merge.onBatch(batch(0, 5, 30, 10, 20, 30));
    merge.onBatch(batch(0, 20, 25, 25));
    expect(take()).toEqual(['0-30: 10 20 30']);
  });

  it('gives up what can be read but was not heard', () => {
    const { merge, take } = open(2);
    merge.onBatch(batch(0, 0, 30, 10, 30));
    merge.onReadable(1, 20);
    expect(merge.safe).toBe(20);
    expect(take()).toEqual([]);
    merge.giveUp();
    expect(take()).toEqual(['gap 20']);
    merge.onBatch(batch(1, 15, 40, 18, 40));
    expect(take()).toEqual(['20-30: 30']);
    merge.giveUp();
    expect(take()).toEqual([]);
  });

  it('gives up nothing that it has', () => {
    const { merge, take } = open(2);
    merge.onBatch(batch(0, 0, 30, 10, 30));
    merge.onBatch(batch(1, 0, 20, 15));
    merge.giveUp();
    expect(take()).toEqual(['0-20: 10 15']);
    merge.onBatch(batch(1, 20, 30, 25));
    merge.onReadable(0, 40);
    merge.giveUp();
    expect(take()).toEqual(['gap 30']);
    expect(merge.held).toBe(0);
  });

  it('does not hand on what begins before a stretch that it never heard', () => {
    const { merge, take } = open(2);
    merge.onReadable(0, 10);
    merge.onReadable(1, 15);
    merge.giveUp();
    expect(take()).toEqual(['gap 10']);
    merge.onBatch(batch(0, 10, 12, 12));
    expect(take()).toEqual([]);
    merge.onBatch(batch(0, 12, 20, 16));
    expect(take()).toEqual(['gap 15']);
    merge.onBatch(batch(1, 15, 20, 17));
    expect(take()).toEqual(['15-20: 16 17']);
  });

  it('drops what it holds when that is too much, and covers it by a gap', () => {
    const { merge, take } = open(2, 10_000);
    for (let position = 1; position <= 200; position++) merge.onBatch(batch(0, position - 1, position, position));
    expect(merge.held).toBeLessThanOrEqual(10_000);
    merge.onBatch(batch(1, 0, 200));
    const [gap, rest] = take();
    const gapTo = Number(gap?.replace('gap ', ''));
    expect(gapTo).toBeGreaterThan(90);
    expect(rest).toBe(`${gapTo}-200: ${Array.from({ length: 200 - gapTo }, (_, i) => gapTo + 1 + i).join(' ')}`);
    expect(merge.held).toBe(0);
  });

  it('leaves out what names no partition of ours', () => {
    const { merge, take } = open(1);
    merge.onBatch(batch(7, 0, 20, 10));
    merge.onBatch(batch(-1, 0, 20, 10));
    merge.onReadable(7, 20);
    expect(take()).toEqual([]);
    expect(merge.safe).toBe(0);
  });
});

/** A log in partitions with their consumers, and what is told of them on the way to one gateway. */
class World {
  readonly log: { position: number; partition: number; deliveries: number }[] = [];
  readonly consumers: { partition: number; position: number; told: number }[] = [];
  readonly readable: number[];
  readonly checkpoints: number[];
  readonly channels: PartitionBatch[][];
  readonly merge: DeliveryMerge;
  handed = 0;
  gaps = 0;
  delivered = 0;

  constructor(
    readonly partitions: number,
    maxHeld: number,
  ) {
    this.readable = Array.from({ length: partitions }, () => 0);
    this.checkpoints = [...this.readable];
    this.channels = this.readable.map(() => []);
    for (let partition = 0; partition < partitions; partition++)
      this.consumers.push({ partition, position: 0, told: 0 });
    this.merge = new DeliveryMerge({ partitions, maxHeld });
  }

  append(step: number, partition: number, deliveries: number): void {
    const position = (this.log.at(-1)?.position ?? 0) + 1 + step;
    this.log.push({ position, partition: partition % this.partitions, deliveries });
  }

  /** A consumer applies the next few events of its partition, or learns that there are none up to the log's end. */
  advance(index: number, count: number): void {
    const consumer = this.consumers[index % this.consumers.length]!;
    const mine = this.log.filter(
      ({ partition, position }) => partition === consumer.partition && position > consumer.position,
    );
    const taken = mine.slice(0, count);
    const position = taken.length < count ? (this.log.at(-1)?.position ?? 0) : taken.at(-1)!.position;
    if (position <= consumer.position) return;
    consumer.position = position;
    this.readable[consumer.partition] = Math.max(this.readable[consumer.partition]!, position);
    this.channels[consumer.partition]!.push({
      partition: consumer.partition,
      previous: consumer.told,
      position,
      deliveries: taken.flatMap((event) =>
        Array.from({ length: event.deliveries }, (_, part) => delivery(event.position, part)),
      ),
    });
    consumer.told = position;
  }

  /** Another one takes the partition from its checkpoint on; the one before may not know it yet. */
  takeOver(partition: number, zombie: boolean): void {
    const begin = this.checkpoints[partition]!;
    if (!zombie) {
      const before = this.consumers.findIndex((consumer) => consumer.partition === partition);
      if (before >= 0) this.consumers.splice(before, 1);
    }
    this.consumers.push({ partition, position: begin, told: begin });
  }

  hear(partition: number, how: 'once' | 'again' | 'never'): void {
    const channel = this.channels[partition]!;
    const next = how === 'again' ? channel[0] : channel.shift();
    if (next !== undefined && how !== 'never') this.merge.onBatch(next);
  }

  check(): void {
    for (const { previous, position, deliveries } of this.merge.take()) {
      ok(position > this.handed, `${position} is behind ${this.handed}`);
      ok(position <= Math.min(...this.readable), `${position} is not safe`);
      if (previous === position) {
        this.gaps++;
        deepStrictEqual(deliveries, []);
      } else {
        strictEqual(previous, this.handed);
        const expected = this.log
          .filter((event) => event.position > previous && event.position <= position)
          .flatMap((event) => Array.from({ length: event.deliveries }, (_, part) => `${event.position}.${part}`));
        deepStrictEqual(
          deliveries.map(({ change }) => change),
          expected,
        );
        this.delivered += expected.length;
      }
      this.handed = position;
    }
    strictEqual(this.merge.position, this.handed);
    ok(this.merge.safe <= Math.min(...this.readable));
  }
}

type Step = { readonly do: string; readonly which: number; readonly much: number };
const steps = (kinds: readonly string[]): fc.Arbitrary<readonly Step[]> =>
  fc.array(fc.record({ do: fc.constantFrom(...kinds), which: fc.nat({ max: 11 }), much: fc.nat({ max: 5 }) }), {
    maxLength: 150,
    size: 'max',
  });

function play(world: World, { do: kind, which, much }: Step): void {
  const partition = which % world.partitions;
  switch (kind) {
    case 'append':
      return world.append(much, which, which % 3);
    case 'advance':
      return world.advance(which, much + 1);
    case 'hear':
      for (let i = 0; i <= much; i++) world.hear(partition, 'once');
      return;
    case 'hear again':
      return world.hear(partition, 'again');
    case 'lose':
      return world.hear(partition, 'never');
    case 'save':
      world.checkpoints[partition] = Math.max(world.checkpoints[partition]!, world.readable[partition]! - much);
      return;
    case 'read checkpoint':
      return world.merge.onReadable(partition, world.checkpoints[partition]!);
    case 'read progress':
      return world.merge.onReadable(partition, world.readable[partition]!);
    case 'restart':
      return world.takeOver(partition, false);
    case 'zombie':
      return world.takeOver(partition, true);
    case 'give up':
      return world.merge.giveUp();
  }
}

const peaceful = ['append', 'append', 'advance', 'advance', 'hear', 'hear', 'save', 'read checkpoint', 'hear again'];
const rough = [...peaceful, 'hear', 'advance', 'append', 'read progress', 'lose', 'restart', 'zombie', 'give up'];

describe('whatever happens on the way', () => {
  it('is in order, never before it is safe, and delivered or covered by a gap', () => {
    let delivered = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.constantFrom(600, 1_000_000), steps(rough), (parts, max, all) => {
        const world = new World(parts, max);
        for (const step of all) {
          play(world, step);
          if (step.much > 0) world.check();
        }
        for (let partition = 0; partition < parts; partition++) {
          world.merge.onReadable(partition, world.readable[partition]!);
        }
        world.merge.giveUp();
        world.check();
        expect(world.handed).toBe(Math.min(...world.readable));
        delivered += world.delivered;
      }),
      { numRuns: 1_000 },
    );
    expect(delivered).toBeGreaterThan(1_000);
  });

  it('has no gap where nothing was lost', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), steps(peaceful), (parts, all) => {
        const world = new World(parts, 1_000_000);
        for (const step of all) {
          play(world, step);
          if (step.much > 0) world.check();
        }
        for (let partition = 0; partition < parts; partition++) {
          while (world.channels[partition]!.length > 0) world.hear(partition, 'once');
        }
        world.check();
        expect(world.handed).toBe(Math.min(...world.readable));
        expect(world.gaps).toBe(0);
        expect(world.merge.held).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });
});
