import type { Projection, ProjectionGroupName } from '@parley/ports';
import { history } from './history/evolve.js';
import { inbox } from './inbox/evolve.js';
import { membership } from './membership/evolve.js';
import { people } from './people/evolve.js';
import { search } from './search/evolve.js';
import { watermarks } from './watermarks/evolve.js';

/** All of them: a new projection is a folder with its evolve, a line here, and a store in each engine's adapter. */
export const projections: readonly Projection[] = [history, inbox, membership, watermarks, people, search];

/**
 * Those that go along a partition together where there are many processes: what pushes and cursors depend on, and each
 * index.
 */
export const projectionGroups: Readonly<Record<ProjectionGroupName, readonly Projection[]>> = {
  timeline: [history, inbox, membership, watermarks, people],
  search: [search],
};
