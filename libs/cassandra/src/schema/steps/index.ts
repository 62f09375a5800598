import type { MigrationStep } from '../step.js';
import { progress } from './001-progress.js';
import { eventIds } from './002-event-ids.js';
import { accounts } from './003-accounts.js';
import { snapshots } from './004-snapshots.js';
import { people } from './005-people.js';
import { history } from './006-history.js';
import { membership } from './007-membership.js';
import { inbox } from './008-inbox.js';
import { watermarks } from './009-watermarks.js';
import { rebuilding } from './010-rebuilding.js';

/** The whole schema, from the first version to this one. */
export const migrationSteps: readonly MigrationStep[] = [
  progress,
  eventIds,
  accounts,
  snapshots,
  people,
  history,
  membership,
  inbox,
  watermarks,
  rebuilding,
];
