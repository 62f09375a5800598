import { bytesOf } from '../topic/topic-records.js';
import type { PlacedRecord } from './stretch.js';

/** What was fetched of one partition and not taken yet. Its reader is asked to stop when it is `full`. */
export class WaitingRecords implements Iterable<PlacedRecord> {
  #records: PlacedRecord[] = [];
  #first = 0;
  #bytes = 0;
  #highest = -1;
  #end = 0;
  #arrival = Promise.withResolvers<void>();

  constructor(private readonly maxBytes: number) {}

  /** Nothing that the broker had at the last fetch is missing here. */
  get complete(): boolean {
    return this.#highest + 1 >= this.#end;
  }

  get length(): number {
    return this.#records.length - this.#first;
  }

  get full(): boolean {
    return this.#bytes >= this.maxBytes;
  }

  /** Low enough for more to be fetched while the rest is worked on. */
  get drained(): boolean {
    return this.#bytes <= this.maxBytes / 2;
  }

  /** In offset order; what was added before is left out. `upTo`: offset of the last one fetched, ours or not. */
  add(records: Iterable<PlacedRecord>, upTo: number, end: number): void {
    for (const placed of records) {
      if (placed.offset <= this.#highest) continue;
      this.#records.push(placed);
      this.#bytes += bytesOf(placed.record);
    }
    this.#highest = Math.max(this.#highest, upTo);
    this.#end = end;
    this.#arrival.resolve();
  }

  /** Lets who waits for an arrival go on without one. */
  wake(): void {
    this.#arrival.resolve();
  }

  /** Resolves when something was added since the last look; for one at a time. */
  async arrival(): Promise<void> {
    await this.#arrival.promise;
    this.#arrival = Promise.withResolvers();
  }

  *[Symbol.iterator](): Iterator<PlacedRecord> {
    for (let index = this.#first; index < this.#records.length; index++) {
      const placed = this.#records[index];
      if (placed !== undefined) yield placed;
    }
  }

  drop(count: number): void {
    const until = Math.min(this.#first + count, this.#records.length);
    for (; this.#first < until; this.#first++) {
      const placed = this.#records[this.#first];
      if (placed !== undefined) this.#bytes -= bytesOf(placed.record);
    }
    if (this.#first < this.#records.length / 2) return;
    this.#records = this.#records.slice(this.#first);
    this.#first = 0;
  }
}
