import type { ProjectionName } from '@parley/ports';

/** The projections whose rows are kept here. Message search has an engine of its own. */
export type StoredProjection = Exclude<ProjectionName, 'search'>;

/** Whose rows are about conversations: written alike, and indexed by event with them. People have a writer of their own. */
export const conversationProjections = [
  'history',
  'inbox',
  'membership',
  'watermarks',
] as const satisfies ProjectionName[];

export const storedProjections: readonly StoredProjection[] = [...conversationProjections, 'people'];
