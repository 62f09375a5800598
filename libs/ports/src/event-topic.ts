import type { RecordedEvent } from '@parley/events';

/**
 * A stretch of the log: `events` are all there are above `after` up to `checkpoint`. A statement about the log, true for
 * ever, whoever makes it and however often.
 */
export interface LogStretch {
  /** Exclusive. */
  readonly after: number;
  /** In position order. */
  readonly events: readonly RecordedEvent[];
  /** Inclusive; equal to `after` to repeat how far the log is known. */
  readonly checkpoint: number;
}

/** Where the relay puts the log, for the projectors' feed and for others who read along. */
export interface EventTopic {
  readonly partitions: number;
  /**
   * Each event to the partition of its stream, in order, then to every partition how far it is (a marker). What readers
   * get says of itself which stretch it covers, so repeating a stretch, leaving one out and two relays at once all do
   * no harm: a reader drops what it has and fetches from the log what is missing.
   * Resolves when all of it is on all replicas. Rejects after a bounded time: some of it may be there or still come.
   */
  publish(stretch: LogStretch): Promise<void>;
  /**
   * For each partition up to which position it is filled, by its last record. 0: nothing was ever put there; null: all of
   * it has been deleted since, by age.
   */
  readMarkers(): Promise<readonly (number | null)[]>;
}
