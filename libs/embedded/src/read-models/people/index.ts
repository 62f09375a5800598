import type { PeopleOperation, PeopleReader, ProjectionStore } from '@parley/ports';
import { openProjection, projectionFile } from '../files/projection-file.js';
import { SqliteStore } from '../files/sqlite-store.js';
import { ReadFiles } from '../reading/read-files.js';
import { SqlitePeopleReader } from './people-reader.js';
import { peopleTables } from './people-tables.js';

export interface PeopleDirectory {
  readonly store: ProjectionStore<PeopleOperation>;
  readonly reader: PeopleReader;
  close(): Promise<void>;
}

/** The directory of people alone, without a log, in a folder of its own; made when missing. */
export function openPeopleDirectory(folder: string, now: () => number): PeopleDirectory {
  const store = new SqliteStore(openProjection(projectionFile(folder, 'people', 0), peopleTables), peopleTables, now);
  const files = new ReadFiles(folder, () => Number.MAX_SAFE_INTEGER);
  return {
    store,
    reader: new SqlitePeopleReader(files),
    close: async () => {
      files.close();
      await store.close();
    },
  };
}
