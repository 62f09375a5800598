import type { SqliteProjection } from '../files/sqlite-projection.js';
import { InboxWriter } from './inbox-writer.js';

/**
 * One row a conversation, never one a member: who sees what is worked out when it is read. A message writes nothing here
 * unless it mentions somebody: history knows the last one. `view_position`: when the conversation view changed last.
 */
export const inboxTables: SqliteProjection<'inbox'> = {
  name: 'inbox',
  schema: `
    CREATE TABLE heads (
      id TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT, description TEXT, peers TEXT, pins TEXT NOT NULL,
      started_at TEXT NOT NULL, started INTEGER NOT NULL, view_position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE mentions (
      user TEXT NOT NULL, conversation TEXT NOT NULL, sequence INTEGER NOT NULL,
      PRIMARY KEY (user, conversation, sequence)) STRICT, WITHOUT ROWID;
    CREATE INDEX mentions_by_message ON mentions (conversation, sequence);
    CREATE TABLE settings (
      user TEXT NOT NULL, conversation TEXT NOT NULL, muted INTEGER NOT NULL DEFAULT 0, muted_until INTEGER,
      archived INTEGER NOT NULL DEFAULT 0, marked_unread INTEGER NOT NULL DEFAULT 0, position INTEGER NOT NULL,
      PRIMARY KEY (user, conversation)) STRICT, WITHOUT ROWID;
  `,
  readIndexes: `CREATE INDEX settings_by_position ON settings (user, position);`,
  tables: [
    { name: 'heads', key: ['id'] },
    { name: 'mentions', key: ['user', 'conversation', 'sequence'] },
    { name: 'settings', key: ['user', 'conversation'] },
  ],
  writer: (db) => new InboxWriter(db),
};
