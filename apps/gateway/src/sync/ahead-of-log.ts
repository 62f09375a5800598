import type { EventLogReader, ProjectedPositions } from '@parley/ports';

export interface AheadOfLogDependencies {
  readonly positions: ProjectedPositions;
  readonly log: Pick<EventLogReader, 'info'>;
}

/**
 * A cursor is never ahead of what was projected somewhere; here it may be, for a moment: that is waited for. Ahead of
 * the log itself, it comes from a log that is no more: the device must begin anew.
 */
export async function isAheadOfLog(
  position: number,
  { positions, log }: AheadOfLogDependencies,
  waitMs: number,
): Promise<boolean> {
  if (positions.safePosition() >= position || (await positions.waitFor(position, waitMs))) return false;
  return (await log.info()).lastPosition < position;
}
