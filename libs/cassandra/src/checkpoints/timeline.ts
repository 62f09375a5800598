import type { ProjectionName } from '@parley/ports';

/** The projections whose rows are kept here. Message search has an engine of its own. */
export type StoredProjection = Exclude<ProjectionName, 'search'>;

/** What deliveries and cursors depend on: applied side by side, one partition after the other. */
export const timelineProjections = ['history', 'inbox', 'membership', 'watermarks'] as const satisfies ProjectionName[];

export const storedProjections: readonly StoredProjection[] = [...timelineProjections, 'people'];
