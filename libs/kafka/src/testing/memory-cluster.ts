import type { LogStretch } from '@parley/ports';
import { OwnedPartitions } from '../feed/owned-partitions.js';
import { recordsOf, type TopicRecord } from '../topic/topic-records.js';
import type { MemoryLog } from './memory-log.js';
import type { RecordingStore } from './recording-store.js';

/** One topic in memory: partitions with offsets, of which age deletes the first ones, and a group's offsets. */
export class MemoryTopic {
  readonly #records: TopicRecord[][];
  readonly #low: number[];
  readonly offsets = new Map<number, number>();

  constructor(readonly partitions: number) {
    this.#records = Array.from({ length: partitions }, () => []);
    this.#low = Array.from({ length: partitions }, () => 0);
  }

  /** `only`: a crash in the middle, after which some partitions have it and others have not. */
  publish(stretch: LogStretch, only: (partition: number) => boolean = () => true): void {
    for (const [partition, records] of recordsOf(stretch, this.partitions).entries()) {
      if (only(partition)) this.#records[partition]?.push(...records);
    }
  }

  readMarkers(): (number | null)[] {
    return this.#records.map((records, partition) => {
      if (records.length === 0) return 0;
      return (this.#low[partition] ?? 0) < records.length ? (records.at(-1)?.position ?? 0) : null;
    });
  }

  low(partition: number): number {
    return this.#low[partition] ?? 0;
  }

  end(partition: number): number {
    return this.#records[partition]?.length ?? 0;
  }

  read(partition: number, from: number, limit: number): { offset: number; record: TopicRecord }[] {
    const first = Math.max(from, this.low(partition));
    const records = this.#records[partition] ?? [];
    return records.slice(first, first + limit).map((record, index) => ({ offset: first + index, record }));
  }

  truncate(partition: number, low: number): void {
    this.#low[partition] = Math.min(Math.max(this.low(partition), low), this.end(partition));
  }
}

/** One process of a group, as the client library would drive it. It may be the last to hear that it lost a partition. */
export class MemoryMember {
  readonly owned: OwnedPartitions;
  readonly #next = new Map<number, number>();
  readonly #paused = new Set<number>();

  constructor(
    private readonly topic: MemoryTopic,
    log: MemoryLog,
    stores: readonly RecordingStore[],
    maxWaitingBytes: number,
  ) {
    this.owned = new OwnedPartitions(
      {
        begin: async (partition) => storeOf(stores, partition).begin(),
        take: async (partition, batch, signal) => storeOf(stores, partition).take(batch, signal),
        end: () => undefined,
      },
      {
        log,
        partitions: topic.partitions,
        maxBatch: 7,
        maxWaitingBytes,
        retryMs: [1, 2],
        onFull: (partition) => this.#paused.add(partition),
        onDrained: (partition) => this.#paused.delete(partition),
        onRejected: () => undefined,
        onCatchUp: () => undefined,
      },
    );
  }

  assign(partitions: readonly number[]): void {
    for (const partition of partitions) {
      if (this.owned.partitions.includes(partition)) continue;
      this.#paused.delete(partition);
      this.#next.set(partition, this.topic.offsets.get(partition) ?? 0);
    }
    this.owned.assign(partitions);
  }

  fetch(partition: number, limit: number): void {
    if (!this.owned.partitions.includes(partition) || this.#paused.has(partition)) return;
    const from = Math.max(this.#next.get(partition) ?? 0, this.topic.low(partition));
    const records = this.topic.read(partition, from, limit);
    const last = records.at(-1);
    if (last === undefined) return;
    if (this.owned.offer(partition, records, last.offset, this.topic.end(partition))) {
      this.#next.set(partition, last.offset + 1);
    }
  }

  /** The group takes offsets from the member that it believes to have a partition, and from nobody else. */
  commit(isMember: (partition: number) => boolean): void {
    const untold = new Map([...this.owned.untold()].filter(([partition]) => isMember(partition)));
    for (const [partition, offset] of untold) this.topic.offsets.set(partition, offset);
    this.owned.told(untold);
  }
}

function storeOf(stores: readonly RecordingStore[], partition: number): RecordingStore {
  const store = stores[partition];
  if (store === undefined) throw new RangeError(`no partition ${partition}`);
  return store;
}
