import type {
  AccountStore,
  DeliverySubscriber,
  DeviceRegistry,
  EventLogReader,
  EventLogWriter,
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
  /** Finishes what was accepted, then lets go of every file. */
  close(): Promise<void>;
}
