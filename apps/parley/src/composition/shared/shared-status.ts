import {
  type Build,
  isUnderWay,
  type PartitionCheckpoint,
  type ProjectionName,
  type ProjectionStatus,
  type ProjectorReport,
} from '@parley/ports';

/** What is known of one projection in all processes. */
export interface Known {
  readonly name: ProjectionName;
  readonly version: number;
  /** Of the feed. */
  readonly partitions: number;
  /** null: nobody could tell. */
  readonly checkpoints: readonly PartitionCheckpoint[] | null;
  readonly reports: readonly ProjectorReport[];
  readonly build: Build | null;
  readonly lag: number | null;
  /** null: nobody could tell. */
  readonly parked: number | null;
  readonly bytes: number;
}

/** One projection, whichever processes run it. Pure. */
export function sharedStatus(known: Known): ProjectionStatus {
  const { name, version, lag, bytes } = known;
  const reports = known.reports.filter((report) => report.name === name);
  const status = {
    name,
    version,
    position: lowest(known.checkpoints, known.partitions),
    lag,
    parked: known.parked ?? reports.reduce((sum, report) => sum + report.parked, 0),
    bytes,
  };
  const trouble = troubleOf(known, reports);
  if (isBuilt(known) && trouble?.isWaiting !== false) return { ...status, state: 'rebuilding' };
  if (trouble !== null) return { ...status, state: 'failed', error: trouble.error };
  const working = reports.filter((report) => report.partitions.length > 0);
  const all = new Set(working.flatMap((report) => report.partitions)).size >= known.partitions;
  const live = all && working.every((report) => report.state === 'live');
  return { ...status, state: live ? 'live' : 'catching-up' };
}

interface Trouble {
  readonly error: string;
  /** Nothing is broken: whoever would do it waits. */
  readonly isWaiting: boolean;
}

function troubleOf({ checkpoints }: Known, reports: readonly ProjectorReport[]): Trouble | null {
  if (checkpoints === null) return { error: 'the engine that keeps it does not answer', isWaiting: false };
  if (reports.length === 0) return { error: 'no process projects it', isWaiting: false };
  const working = reports.filter((report) => report.partitions.length > 0);
  const failed = working.find((report) => report.state === 'failed');
  if (failed !== undefined) return { error: failed.error ?? 'out of order', isWaiting: false };
  // Between two owners of a partition nobody may have it for a moment; nobody at all is another matter.
  const waiting = reports.find((report) => report.state === 'failed');
  if (working.length === 0 && waiting !== undefined) {
    return { error: waiting.error ?? 'nobody projects it', isWaiting: true };
  }
  return null;
}

const isBuilt = ({ build, name }: Known): boolean => build !== null && build.projection === name && isUnderWay(build);

/** What all partitions have; 0 until all have begun. */
export function lowest(checkpoints: readonly PartitionCheckpoint[] | null, partitions: number): number {
  if (checkpoints === null || checkpoints.length < partitions) return 0;
  return Math.min(...checkpoints.map(({ position }) => position));
}
