import type { PartitionedStatus } from './partition-projector.js';
import type { ProjectionName } from './projections.js';

/** What one process tells of the projections it runs. */
export interface ProjectorReport extends PartitionedStatus {
  /** Of the process. */
  readonly node: string;
}

/** Where processes tell each other how their projections are; forgotten by itself when a process says nothing more. */
export interface ProjectorReports {
  tell(reports: readonly ProjectorReport[]): Promise<void>;
  read(): Promise<readonly ProjectorReport[]>;
}

export interface RetryRequest {
  readonly id: string;
  readonly projection: ProjectionName;
  readonly position: number;
}

/** A parked event is applied again by the process that has its partition: nobody else may write there. */
export interface ParkedRetries {
  /** Whether it went through; null: nobody has done it in time. */
  ask(projection: ProjectionName, position: number): Promise<boolean | null>;
  /** Those not yet answered. */
  waiting(): Promise<readonly RetryRequest[]>;
  answer(request: RetryRequest, applied: boolean): Promise<void>;
}
