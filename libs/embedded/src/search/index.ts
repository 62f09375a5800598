import type { ProjectionStore, SearchOperation } from '@parley/ports';
import { openProjection } from '../read-models/files/projection-file.js';
import { SqliteStore } from '../read-models/files/sqlite-store.js';
import { searchTables } from './search-tables.js';

export { SqliteSearchReader, type SearchReaderOptions } from './search-reader.js';

/** The store of message search in a file of its own; made when missing. */
export const openSearchStore = (path: string, now: () => number): ProjectionStore<SearchOperation> =>
  new SqliteStore(openProjection(path, searchTables), searchTables, now);
