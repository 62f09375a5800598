import type { FeedConsumer } from '@parley/ports';
import { PartitionStream, type StreamSettings } from './partition-stream.js';
import type { PlacedRecord } from './stretch.js';

/** The partitions that one member of a consumer group has, and what of them has been taken. Knows no client library. */
export class OwnedPartitions {
  readonly #streams = new Map<number, PartitionStream>();
  /** Given up, but with a `take` that has not come back yet. */
  readonly #leaving = new Map<number, Promise<void>>();
  readonly #told = new Map<number, number>();

  constructor(
    private readonly consumer: FeedConsumer,
    private readonly settings: StreamSettings,
  ) {}

  get partitions(): readonly number[] {
    return [...this.#streams.keys()].sort((a, b) => a - b);
  }

  /**
   * From now on these are ours and no others. One that was ours before goes on where it is: should somebody else have
   * had it for a moment in between, what they took comes here once more, which changes nothing behind it.
   */
  assign(partitions: readonly number[]): void {
    for (const partition of this.#streams.keys()) if (!partitions.includes(partition)) void this.#lose(partition);
    for (const partition of partitions) {
      if (this.#streams.has(partition)) continue;
      const before = this.#leaving.get(partition) ?? Promise.resolve();
      this.#streams.set(partition, new PartitionStream(partition, this.consumer, this.settings, before));
    }
  }

  /** Answers whether it is ours; if not, nothing of it was noticed. */
  offer(partition: number, records: Iterable<PlacedRecord>, upTo: number, end: number): boolean {
    const stream = this.#streams.get(partition);
    stream?.offer(records, upTo, end);
    return stream !== undefined;
  }

  /** Of partitions that are ours: offset of the last record taken, where it was not told to the group yet. */
  untold(): ReadonlyMap<number, number> {
    const offsets = new Map<number, number>();
    for (const [partition, { taken }] of this.#streams) {
      if (taken !== null && taken !== this.#told.get(partition)) offsets.set(partition, taken);
    }
    return offsets;
  }

  told(offsets: ReadonlyMap<number, number>): void {
    for (const [partition, offset] of offsets) if (this.#streams.has(partition)) this.#told.set(partition, offset);
  }

  /** The stretches at hand, no more; the partitions stay ours. */
  async finish(): Promise<void> {
    await Promise.all([...this.#streams.values()].map((stream) => stream.finish()));
  }

  /** Gives all up; resolves when the consumer has let go of them. */
  async close(): Promise<void> {
    this.assign([]);
    await Promise.all(this.#leaving.values());
  }

  async #lose(partition: number): Promise<void> {
    const stream = this.#streams.get(partition);
    if (stream === undefined) return;
    this.#streams.delete(partition);
    this.#told.delete(partition);
    const gone = stream.lose();
    this.#leaving.set(partition, gone);
    await gone;
    if (this.#leaving.get(partition) === gone) this.#leaving.delete(partition);
  }
}
