import type { LaneStatus, ProjectionName } from '@parley/ports';
import type { ThreadMessage } from './messages.js';

export interface ThreadEvents {
  onMessage(message: ThreadMessage): void;
  /** It died and is about to be started again. */
  onDeath(error: Error): void;
}

/** Whatever runs the projections, as readers and operators hold it. */
export interface ProjectionRunner {
  status(): Promise<readonly LaneStatus[]>;
  retryParked(name: ProjectionName, position: number): Promise<boolean>;
  saveCheckpoint(name: ProjectionName): Promise<number>;
  switchGeneration(name: ProjectionName, generation: number): Promise<void>;
  /** Finishes the batch at hand and saves the checkpoints. */
  stop(): Promise<void>;
  /** As if its thread had been killed at this moment. */
  kill(): Promise<void>;
}
