import type { RateLimiter, RateLimitOptions } from '@parley/platform';
import type {
  AccountStore,
  CommandClient,
  DeliverySubscriber,
  DeviceRegistry,
  EventLogReader,
  EventLogWriter,
  NodeDirectory,
  PresenceStore,
  ProjectionAdmin,
  ReadModels,
  RevocationBus,
  SignalBus,
  SnapshotStore,
} from '@parley/ports';

/** One adapter for each port: what the apps run on. */
export interface Engines {
  readonly logReader: EventLogReader;
  readonly logWriter: EventLogWriter;
  readonly snapshots: SnapshotStore;
  readonly readModels: ReadModels;
  readonly projectionAdmin: ProjectionAdmin;
  readonly delivery: DeliverySubscriber;
  readonly accounts: AccountStore;
  readonly presence: PresenceStore;
  readonly signals: SignalBus;
  readonly revocations: RevocationBus;
  readonly devices: DeviceRegistry;
  /** The way to where commands are decided; null: in this process. */
  readonly commands: CommandClient | null;
  /** Where this process tells that it takes commands of others; null: nobody else is there. */
  readonly directory: NodeDirectory | null;
  /** Counts by name over all processes that share it. */
  readonly rateLimiter: (name: string, options: RateLimitOptions) => RateLimiter;
  /** Finishes what was accepted, then lets go of every file. */
  close(): Promise<void>;
}
