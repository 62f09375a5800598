import type { Delivery, DeliveryBatch, PartitionBatch } from '@parley/ports';
import { HeldDeliveries } from './held-deliveries.js';

interface Partition {
  /** Everything of it up to here can be read. */
  readable: number;
  /** Everything of it up to here was heard, or given up: deliveries beyond it are still to come. */
  heard: number;
  readonly held: HeldDeliveries;
}

export interface MergeLimits {
  readonly partitions: number;
  /** About how much is held back at most, over all partitions, in characters. */
  readonly maxHeld: number;
}

/**
 * Makes one sequence of batches in the order of the log out of one sequence a partition. Pure: what it is told goes in,
 * `take` answers what can be handed on.
 *
 * Guaranteed, whatever is lost, repeated, late or told by two consumers at once:
 * - positions only rise, and each batch names the position of the one before it;
 * - nothing beyond the safe position (the lowest that all partitions can be read up to) is handed on;
 * - a batch holds every delivery between its two positions, once and in order. Where that cannot be kept there is a
 *   batch with `previous` equal to `position` instead: a gap, upon which devices read again.
 */
export class DeliveryMerge {
  readonly #partitions: readonly Partition[];
  readonly #maxHeld: number;
  #held = 0;
  #position = 0;
  /** Up to here deliveries are missing: what is to be handed on after `#position` begins with a gap to here. */
  #gapTo = 0;
  /** A gap to here is to be handed on now, though more is missing beyond it. */
  #gapNow = 0;

  constructor({ partitions, maxHeld }: MergeLimits) {
    this.#partitions = Array.from({ length: partitions }, () => ({
      readable: 0,
      heard: 0,
      held: new HeldDeliveries(),
    }));
    this.#maxHeld = maxHeld;
  }

  /** The lowest position over all partitions that can be read up to. */
  get safe(): number {
    return Math.min(...this.#partitions.map(({ readable }) => readable));
  }

  /** Everything up to here was handed on, or covered by a gap. */
  get position(): number {
    return this.#position;
  }

  /** Characters held back at the moment, about. */
  get held(): number {
    return this.#held;
  }

  /** Deliveries of a partition. Repeated ones, and those of two consumers that overlap, are told apart by position. */
  onBatch({ partition: index, position, previous, deliveries }: PartitionBatch): void {
    const partition = this.#partitions[index];
    if (partition === undefined) return;
    partition.readable = Math.max(partition.readable, position);
    const { heard } = partition;
    if (position <= heard) return;
    partition.heard = position;
    if (previous > heard) this.#lose(Math.min(previous, position));
    this.#hold(partition, deliveries, heard);
    if (this.#held > this.#maxHeld) this.#lose(Math.max(...this.#partitions.map((each) => each.heard)));
  }

  /** Everything of this partition up to here can be read; its deliveries may still come. */
  onReadable(index: number, position: number): void {
    const partition = this.#partitions[index];
    if (partition !== undefined) partition.readable = Math.max(partition.readable, position);
  }

  /** What can be read but was not heard counts as lost: it is covered by a gap up to the safe position, at once. */
  giveUp(): void {
    let missing = 0;
    for (const partition of this.#partitions) {
      if (partition.readable <= partition.heard) continue;
      partition.heard = partition.readable;
      missing = Math.max(missing, partition.readable);
    }
    this.#lose(missing);
    // What is missing may end beyond what is safe: the rest of it then follows later.
    if (this.#gapTo > this.safe) this.#gapNow = this.safe;
  }

  /** What can be handed on now; everything is answered once. */
  take(): readonly DeliveryBatch[] {
    const batches: DeliveryBatch[] = [];
    const upTo = Math.min(...this.#partitions.map(({ heard }) => heard));
    this.#gap(this.#gapNow, batches);
    if (this.#gapTo > this.#position) {
      if (upTo < this.#gapTo) return batches;
      this.#gap(this.#gapTo, batches);
    }
    if (upTo > this.#position) {
      batches.push({ position: upTo, previous: this.#position, deliveries: this.#release(upTo) });
      this.#position = upTo;
    }
    return batches;
  }

  #gap(position: number, batches: DeliveryBatch[]): void {
    if (position <= this.#position) return;
    batches.push({ position, previous: position, deliveries: [] });
    this.#position = position;
  }

  #hold({ held }: Partition, deliveries: readonly Delivery[], heard: number): void {
    const floor = Math.max(heard, this.#gapTo);
    for (const delivery of deliveries) if (delivery.position > floor) this.#held += held.add(delivery);
  }

  #lose(upTo: number): void {
    if (upTo <= this.#gapTo) return;
    this.#gapTo = upTo;
    for (const { held } of this.#partitions) this.#held -= held.drop(upTo);
  }

  #release(upTo: number): readonly Delivery[] {
    const released: Delivery[] = [];
    let sources = 0;
    for (const { held } of this.#partitions) {
      const before = released.length;
      this.#held -= held.take(upTo, released);
      if (released.length > before) sources++;
    }
    // Stable: what one event told stays as it was composed.
    return sources > 1 ? released.sort((a, b) => a.position - b.position) : released;
  }
}
