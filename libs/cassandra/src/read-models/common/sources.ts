import type { ServingGenerations, StoredProjection } from '../../checkpoints/index.js';
import type { CassandraClient } from '../../client/index.js';

/** What every reader of these read models needs. */
export interface ReadModelSources {
  readonly client: CassandraClient;
  readonly generations: ServingGenerations;
  /** Everything up to here is in the rows of all partitions: readers leave out what lies beyond. */
  readonly safePosition: () => number;
  /** Of the feed: how many consumers note activity, each for itself. */
  readonly partitions: number;
}

/** Those that views are put together from. */
export const viewProjections = ['history', 'inbox', 'membership', 'watermarks'] as const satisfies StoredProjection[];
