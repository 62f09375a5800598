import type { ParityReport, ProjectionName } from './projections.js';

/**
 * `asked`: nobody works at it yet. `filling`: from the log. `joining`: consumers write it too, or, for another version of
 * the code, stand still for it. `switching`: readers go over to it.
 */
export type BuildPhase = 'asked' | 'filling' | 'joining' | 'switching' | 'done' | 'failed';

/** A projection that is built anew, or was: what any process may know of it. */
export interface Build {
  readonly id: string;
  readonly projection: ProjectionName;
  /** Of the code that builds it. */
  readonly version: number;
  readonly phase: BuildPhase;
  /** Both known from `filling` on. */
  readonly generation: number | null;
  /** The one that serves meanwhile. */
  readonly old: number | null;
  /** Events taken, of about so many. */
  readonly done: number;
  readonly total: number;
  readonly eventsPerSecond: number;
  /** Of a build that has compared. */
  readonly report: Omit<ParityReport, 'projection'> | null;
  /** Of a failed one. */
  readonly error: string | null;
  /** Rises with every step: while somebody works at it, every few seconds. */
  readonly beat: number;
}

export const isUnderWay = ({ phase }: Build): boolean => phase !== 'done' && phase !== 'failed';

/** One build at a time in a deployment: the one under way, or the last one. */
export interface BuildRegistry {
  /** null: there never was one. */
  current(): Promise<Build | null>;
  /** Answers the build that is under way now: this one, or another one that was there before. */
  ask(projection: ProjectionName, version: number): Promise<Build>;
  /** In one step, if it is still exactly this build at this beat; null: it is not, look again. */
  advance(build: Build, change: Partial<Omit<Build, 'id' | 'projection' | 'beat'>>): Promise<Build | null>;
}
