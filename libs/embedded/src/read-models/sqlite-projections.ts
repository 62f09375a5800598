import type { ProjectionName } from '@parley/ports';
import type { SqliteProjection } from './files/sqlite-projection.js';
import { historyTables } from './history/history-tables.js';
import { inboxTables } from './inbox/inbox-tables.js';
import { membershipTables } from './membership/membership-tables.js';
import { peopleTables } from './people/people-tables.js';
import { searchTables } from '../search/search-tables.js';
import { watermarkTables } from './watermarks/watermark-tables.js';

type Tables = { readonly [Name in ProjectionName]: SqliteProjection<Name> };

const tables: Tables = {
  history: historyTables,
  inbox: inboxTables,
  membership: membershipTables,
  watermarks: watermarkTables,
  people: peopleTables,
  search: searchTables,
};

/** How this projection lies in SQLite. */
export const sqliteProjection = <Name extends ProjectionName>(name: Name): SqliteProjection<Name> => tables[name];
