import type { ProjectionName } from '@parley/ports';
import type { Report } from '@parley/verifier';
import { callServer } from './call-server.js';
import { ExpectedFailure } from './errors.js';
import { rebuildProjection } from './rebuild-projection.js';

/** Whose rows a check looks at first of all. Entries of inboxes and changes are put together from those of others. */
const projectionOf = { H: 'history', M: 'membership', W: 'watermarks', S: 'search' } as const;
const readTogether: readonly ProjectionName[] = ['history', 'membership', 'watermarks', 'inbox'];

/**
 * Projections to build anew, for what differs. Inboxes and changes differ with the rows that they are put together from:
 * only when those are right are their own at fault.
 */
export function projectionsToRebuild({ different }: Pick<Report, 'different'>): readonly ProjectionName[] {
  const own = (['H', 'M', 'W', 'S'] as const)
    .filter((check) => different[check] > 0)
    .map((check) => projectionOf[check]);
  if (own.length > 0) return own;
  if (different.P > 0) return readTogether;
  return different.I > 0 ? ['inbox'] : [];
}

/** Builds these anew in the server that runs on the folder, while it serves. */
export async function rebuildAll(
  names: readonly ProjectionName[],
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const server = await callServer(settings);
  for (const name of names) {
    console.log(`\nBuilding ${name} anew.`);
    if (!(await rebuildProjection(server, name)))
      throw new ExpectedFailure(`${name} was not switched to the new rows.`);
  }
}
