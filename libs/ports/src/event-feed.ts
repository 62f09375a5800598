import type { RecordedEvent } from '@parley/events';

/**
 * The log's events on their way to many projector processes: in partitions, all events of a conversation (its receipts
 * too) or of a person in the same one, in the order of the log. At least once: after a crash or a rebalance some come
 * again, in order.
 */
export interface EventFeed {
  /** Fixed for the life of a deployment; they are numbered from 0. */
  readonly partitions: number;
  /** Where the events of a stream are. */
  partitionOf(stream: string): number;
  /**
   * Joins a consumer group: each partition is given to one of its members at a time (for a moment two may believe they
   * have it). Survives breaks by itself.
   */
  join(group: string, consumer: FeedConsumer): FeedMembership;
}

export interface FeedConsumer {
  /**
   * So many milliseconds pass between two stretches of a partition, unless one is full: larger stretches, for a consumer
   * that nobody waits for. What comes after a quiet time is given at once. Absent: none.
   */
  readonly gatherMs?: number;
  /**
   * A partition is ours from now on; answers the position after which its events are wanted: all of them come, however
   * long ago that was, and what lies at or below it is left out. Rejecting is answered by asking again, later.
   */
  begin(partition: number): Promise<number>;
  /**
   * The next stretch of a partition, one at a time a partition. The feed waits for the promise and reads no further
   * meanwhile (back-pressure), while the membership is kept alive however long it takes. Rejecting brings the same
   * stretch again, later. `signal`: the partition is no longer ours; what comes of it must not be written.
   */
  take(partition: number, batch: FeedBatch, signal: AbortSignal): Promise<void>;
  /** It is no longer ours; comes after the last `take` has settled. */
  end(partition: number): void;
}

export interface FeedBatch {
  /** In position order. */
  readonly events: readonly RecordedEvent[];
  /** Every event of this partition up to here is in this batch or before it. */
  readonly checkpoint: number;
  /** Nothing more was waiting when it was read. */
  readonly live: boolean;
}

export interface FeedMembership {
  /** Partitions that are ours at the moment. */
  readonly partitions: readonly number[];
  /** Records of the group not yet taken, over all partitions; null while unknown. */
  lag(): Promise<number | null>;
  /** Finishes the stretches at hand, tells the group how far they were, leaves. Bounded in time. */
  close(): Promise<void>;
}

/** An event that no projection can deal with, for operators: why, and a way to bring it again. */
export interface DeadLetters {
  add(letter: DeadLetter): Promise<void>;
}

export interface DeadLetter {
  readonly projection: string;
  readonly partition: number;
  readonly reason: string;
  readonly event: RecordedEvent;
}
