import type { RecordedEvent } from '@parley/events';
import type { PartitionPublisher, ProgressBus } from './cluster.js';
import type { DeliveryReader } from './delivery.js';
import type { DeadLetters, EventFeed } from './event-feed.js';
import type { EventLogReader } from './event-log.js';
import type { OperationOf, Projection, ProjectionStore } from './projection-stores.js';
import type { ProjectionName } from './projections.js';

/**
 * Projections that go along a partition together: one consumer group. `timeline` holds what deliveries depend on; an
 * index that is slow or away holds up nobody but its own group.
 */
export const projectionGroupNames = ['timeline', 'search'] as const;
export type ProjectionGroupName = (typeof projectionGroupNames)[number];

/** What a projector of one consumer group runs on. It knows nothing of the engines behind it. */
export interface PartitionProjectorHost {
  /** Of the consumer group: processes with the same name share the partitions. */
  readonly group: string;
  readonly feed: EventFeed;
  /** See FeedConsumer. */
  readonly gatherMs?: number;
  /** For what is not in the feed any more, and for parked events. */
  readonly log: Pick<EventLogReader, 'readAll'>;
  /** The rows of one partition, with a checkpoint of their own. Called again after a store has failed. */
  openStore<Name extends ProjectionName>(
    projection: Projection<Name>,
    partition: number,
  ): Promise<ProjectionStore<OperationOf<Name>>>;
  /**
   * Called with every event of a partition, in order, before any checkpoint moves past it; with some of them again after
   * a failure. Rejecting holds the partition up until it succeeds.
   */
  recordEvents?(partition: number, events: readonly RecordedEvent[]): Promise<void>;
  /** Of the group that deliveries follow from. */
  readonly deliveries?: { readonly reader: DeliveryReader; readonly publisher: PartitionPublisher };
  readonly progress: ProgressBus;
  readonly deadLetters: DeadLetters;
  /** Something failed, came back, was taken over or was given up. */
  onStatus(status: readonly PartitionedStatus[]): void;
}

/** One projection, over those partitions that are this process's at the moment. */
export interface PartitionedStatus {
  readonly name: ProjectionName;
  readonly version: number;
  readonly partitions: readonly number[];
  /** The lowest of its partitions; null without any. */
  readonly position: number | null;
  readonly parked: number;
  /** `idle`: other processes have all partitions. `failed`: in at least one; it is tried again for ever. */
  readonly state: 'live' | 'catching-up' | 'failed' | 'idle';
  readonly error?: string;
}

export interface PartitionProjector {
  status(): readonly PartitionedStatus[];
  /** Records that the whole group, in all its processes, has not applied yet; null while unknown. */
  lag(): Promise<number | null>;
  /** Applies a parked event again; true when it went through. null: its partition is another process's. */
  retryParked(name: ProjectionName, position: number): Promise<boolean | null>;
  /** Finishes the batches at hand, saves the checkpoints, leaves the group, closes the stores. Bounded in time. */
  stop(): Promise<void>;
}
