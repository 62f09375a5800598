import type { ParityReport, ProjectionName } from './projections.js';
import type { ParkedPage, ParkedRecord } from './parked-events.js';
import type { OperationOf, ProjectionStore } from './projection-stores.js';

/**
 * Which rows of a projection are read and written, by all processes: a generation is a whole set of rows of their own.
 * The plan lies in the projection's engine and changes in one step.
 */
export interface GenerationPlan {
  /** What readers read. */
  readonly serving: number;
  /** Of the code that writes it. */
  readonly version: number;
  /**
   * Written as well, by the same consumers: the one that is about to serve, or the one that served until now. Of the two,
   * the one with the higher number is written first, so that a checkpoint of the old one never says what the new one lacks.
   */
  readonly beside: number | null;
  /** Nobody writes: rows of another version of the code are about to serve. */
  readonly held: boolean;
}

export type Parity = Omit<ParityReport, 'projection' | 'switched'>;

/** The generations of one projection, for whoever builds another one beside the one that serves. */
export interface ProjectionGenerations<Name extends ProjectionName = ProjectionName> {
  /**
   * After a change of the plan: so long, in milliseconds, until every consumer and reader either goes by it, or finds out
   * that it does not know before it does anything.
   */
  readonly settleMs: number;
  /** As of now; null: nothing was ever built. */
  plan(): Promise<GenerationPlan | null>;
  /** As of a second or two ago, at little cost. */
  known(): Promise<GenerationPlan | null>;
  /** The plan as of now; where nothing was ever built, an empty one of this version serves from now on. */
  planOrFirst(version: number): Promise<GenerationPlan>;
  /** In one step; false: the plan is not `from` any more (and not `to` either). */
  change(from: GenerationPlan, to: GenerationPlan): Promise<boolean>;
  /** An empty one that nobody reads or writes. Its number is above that of all others, and never used again. */
  begin(version: number): Promise<number>;
  /**
   * For the whole log, all partitions together, with a checkpoint of its own: how far an earlier builder has come.
   * @throws Error when there is no such generation
   */
  openBuild(generation: number): Promise<ProjectionStore<OperationOf<Name>>>;
  /**
   * Each partition goes on where the build has ended, or where it is in `serving` if that is less. What was parked goes to
   * its partition.
   */
  handOver(
    generation: number,
    serving: number,
    position: number,
    partitionOf: (stream: string) => number,
  ): Promise<void>;
  /** By partition; one that was never begun is missing. */
  checkpoints(generation: number): Promise<ReadonlyMap<number, number>>;
  /** Of all partitions, by position. */
  parked(generation: number, page?: ParkedPage): Promise<readonly ParkedRecord[]>;
  /**
   * Row by row, while both are written: what differs is looked at again until it is known not to be between two writes.
   * `signal`: rejects with its reason.
   */
  compare(old: number, built: number, signal: AbortSignal): Promise<Parity>;
  /** What nobody reads or writes any more, as the plan says, or never will. */
  leftovers(): Promise<readonly number[]>;
  /** Safe to repeat, also at once. Not for one of the plan. */
  remove(generation: number, signal: AbortSignal): Promise<void>;
}
