import type { DeliveryPublisher, DeliveryReader } from './delivery.js';
import type { EventLogReader } from './event-log.js';
import type { OperationOf, Projection, ProjectionStore } from './projection-stores.js';
import type { ProjectionName } from './projections.js';

/** What a projector runs on: a feed, stores, and where deliveries go. It knows nothing of the engines behind them. */
export interface ProjectorHost {
  readonly log: EventLogReader;
  /** Called again after a store has failed. */
  openStore<Name extends ProjectionName>(projection: Projection<Name>): Promise<ProjectionStore<OperationOf<Name>>>;
  readonly reader: DeliveryReader;
  readonly publisher: DeliveryPublisher;
  /** Every projection that works has everything up to here, also those that nothing is delivered from. */
  onApplied(position: number): void;
  /** A projection failed or came back. */
  onStatus(status: readonly LaneStatus[]): void;
}

export interface LaneStatus {
  readonly name: ProjectionName;
  readonly version: number;
  readonly position: number;
  readonly parked: number;
  readonly state: 'live' | 'catching-up' | 'failed';
  readonly error?: string;
}

export interface Projector {
  status(): readonly LaneStatus[];
  /** Everything up to here is in all projections that deliveries depend on; without those, in all it has. */
  safePosition(): number;
  /** Applies a parked event again; true when it went through. */
  retryParked(name: ProjectionName, position: number): Promise<boolean>;
  /**
   * Goes over to another store of this projection: it is brought up to where the old one is, then takes its place
   * between two batches. `onSwitched` runs before anything is written to it or published after it.
   */
  switchStore(name: ProjectionName, onSwitched: () => void): Promise<void>;
  /** Saves a checkpoint that lags behind in an idle stretch; answers how far the projection is. */
  saveCheckpoint(name: ProjectionName): Promise<number>;
  /** Resolves when the end of the log has been reached for the first time. */
  caughtUp(): Promise<void>;
  /** Finishes the batch at hand, saves every checkpoint, closes the stores. */
  stop(): Promise<void>;
}

/** What the projector's package offers to the thread or process that runs it. */
export interface ProjectorModule {
  readonly projections: readonly Projection[];
  /** `only`: of these projections; default: of all. Deliveries need history, inbox, membership and watermarks. */
  startProjector(host: ProjectorHost, only?: readonly ProjectionName[]): Promise<Projector>;
  /** Takes a stretch of the log through one projection: building it anew, beside the one that serves. */
  replay<Name extends ProjectionName>(projection: Projection<Name>, stretch: Replay<OperationOf<Name>>): Promise<void>;
}

export interface Replay<Operation> {
  readonly log: Pick<EventLogReader, 'readAll'>;
  readonly store: ProjectionStore<Operation>;
  /** Exclusive. */
  readonly from: number;
  /** Inclusive; no further than the end of the log. */
  readonly to: number;
  readonly onPage?: (events: number) => void;
}
