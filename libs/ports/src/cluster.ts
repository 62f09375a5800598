import type { EventPlace } from './event-log.js';
import type { Delivery } from './delivery.js';
import type { ProjectionName } from './projections.js';

/** What only many processes need: who is there, who owns what, and how far each partition is. */

/** How far one projection is in one partition of the feed, as saved with its rows. */
export interface PartitionCheckpoint {
  readonly projection: ProjectionName;
  readonly partition: number;
  readonly position: number;
}

/** The truth about how far the projections are: lags behind the rows, never runs ahead of them. */
export interface CheckpointReader {
  /** Of all projections of this store; a partition that was never begun is missing. */
  checkpoints(): Promise<readonly PartitionCheckpoint[]>;
}

/** Consumers tell how far they are, gateways listen. A hint: it may be lost, and is repeated once a second. */
export interface ProgressBus {
  tell(checkpoint: PartitionCheckpoint): void;
  subscribe(listener: (checkpoint: PartitionCheckpoint) => void): () => void;
}

/**
 * What one partition's consumer tells all gateways, after it can be read: every delivery after `previous` up to
 * `position`. Told whenever the position moves, also when there is nothing to deliver: gateways hold everybody's
 * deliveries back until all partitions have passed them.
 */
export interface PartitionBatch {
  readonly partition: number;
  /** Everything of the partition up to here is projected and readable. */
  readonly position: number;
  /**
   * `position` of the partition's batch before it, for a consumer's first one where it began: higher than the last one
   * seen means that something was lost. Equal to `position`: nothing is told of what lies before; read again.
   */
  readonly previous: number;
  /** In position order. */
  readonly deliveries: readonly Delivery[];
}

export interface PartitionPublisher {
  /** In order for each partition. May be lost on the way: who misses one sees it by `previous`. */
  publish(batch: PartitionBatch): Promise<void>;
}

/** Where every event with an id that names a command for ever stands. Kept by a projection, so it lags a little. */
export interface EventIdIndex {
  /** Those of the ids that are indexed. */
  find(eventIds: readonly string[]): Promise<ReadonlyMap<string, EventPlace>>;
  /** All events of the stream up to this revision are indexed; -1: none is. */
  indexedRevision(stream: string): Promise<number>;
}

/** Which socket speaks for a device, over all gateways: the newest. */
export interface DeviceRegistry {
  /**
   * This session is the device's now; the one before it, wherever it is, is told to end. Announced again at every
   * heartbeat with `renew`; forgotten after `ttlMs` without.
   */
  claim(userId: string, deviceId: string, sessionId: string, ttlMs: number): Promise<void>;
  /** Only if it is still this session's: an old socket's renewal or end never touches the new one. */
  renew(userId: string, deviceId: string, sessionId: string, ttlMs: number): Promise<void>;
  release(userId: string, deviceId: string, sessionId: string): Promise<void>;
  /** A session of this process was replaced by a newer one of the same device elsewhere. */
  onReplaced(listener: (session: { userId: string; deviceId: string; sessionId: string }) => void): () => void;
}

/** A running process that others call. */
export interface ClusterNode {
  readonly id: string;
  readonly kind: 'command-api' | 'projector' | 'gateway';
  /** Where it answers others, such as `http://10.0.0.7:7411`. */
  readonly address: string;
}

export interface NodeDirectory {
  /** Announces this process until `withdraw`, by a lease that is renewed; who dies is forgotten after a few seconds. */
  announce(node: ClusterNode): Promise<void>;
  withdraw(): Promise<void>;
  /** Nodes of a kind, as known now, by id. While the directory is away: those that were known last. */
  nodes(kind: ClusterNode['kind']): readonly ClusterNode[];
  onChange(listener: () => void): () => void;
}

/** At most one holder at a time as a rule; for saving work, never for correctness. */
export interface Leases {
  /** Runs `work` while this process holds the lease `name`, again and again until closed; `signal`: it is lost. */
  hold(name: string, work: (signal: AbortSignal) => Promise<void>): { close(): Promise<void> };
}
