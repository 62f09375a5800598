import type { SqliteProjection } from '../files/sqlite-projection.js';
import { PeopleWriter } from './people-writer.js';

/**
 * `registered` is the position of the registration: the lowest of a username has the name. `changed` is that of the
 * last change of a profile; null for who was never changed since registering.
 */
export const peopleTables: SqliteProjection<'people'> = {
  name: 'people',
  schema: `
    CREATE TABLE people (
      id TEXT PRIMARY KEY, username TEXT NOT NULL, registered INTEGER NOT NULL, display_name TEXT NOT NULL,
      about TEXT, visibility TEXT NOT NULL, changed INTEGER) STRICT, WITHOUT ROWID;
    CREATE TABLE words (word TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (word, id)) STRICT, WITHOUT ROWID;
    CREATE INDEX words_by_person ON words (id);
  `,
  readIndexes: `
    CREATE INDEX people_by_change ON people (changed) WHERE changed IS NOT NULL;
    CREATE INDEX people_by_username ON people (username, registered);
  `,
  tables: [
    { name: 'people', key: ['id'] },
    { name: 'words', key: ['word', 'id'] },
  ],
  writer: (db) => new PeopleWriter(db),
};
