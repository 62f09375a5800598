import type { SqliteProjection } from '../files/sqlite-projection.js';
import { MembershipWriter } from './membership-writer.js';

/**
 * `members` has a row for everybody who ever was in a conversation, with their last window, which answers nearly every
 * question alone; `windows` has the ones before it. `changed` is the position at which the member view came to be.
 */
export const membershipTables: SqliteProjection<'membership'> = {
  name: 'membership',
  schema: `
    CREATE TABLE members (
      conversation TEXT NOT NULL, user TEXT NOT NULL, role TEXT, state TEXT NOT NULL, changed INTEGER NOT NULL,
      after_sequence INTEGER NOT NULL, after_position INTEGER NOT NULL, until_sequence INTEGER, until_position INTEGER,
      earlier INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (conversation, user)) STRICT, WITHOUT ROWID;
    CREATE TABLE windows (
      conversation TEXT NOT NULL, user TEXT NOT NULL, after_sequence INTEGER NOT NULL, after_position INTEGER NOT NULL,
      until_sequence INTEGER NOT NULL, until_position INTEGER NOT NULL, state TEXT NOT NULL,
      PRIMARY KEY (conversation, user, after_position)) STRICT, WITHOUT ROWID;
    CREATE TABLE conversations (
      id TEXT PRIMARY KEY, members INTEGER NOT NULL, counted INTEGER NOT NULL, changed INTEGER NOT NULL) STRICT,
      WITHOUT ROWID;
  `,
  readIndexes: `
    CREATE INDEX members_by_user ON members (user);
    CREATE INDEX members_by_change ON members (conversation, changed);
    CREATE INDEX members_by_end ON members (conversation, until_position) WHERE until_position IS NOT NULL;
  `,
  tables: [
    { name: 'members', key: ['conversation', 'user'] },
    { name: 'windows', key: ['conversation', 'user', 'after_position'] },
    { name: 'conversations', key: ['id'] },
  ],
  writer: (db) => new MembershipWriter(db),
};
