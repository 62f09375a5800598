import type { SqliteProjection } from '../files/sqlite-projection.js';
import { WatermarkWriter } from './watermark-writer.js';

/**
 * `members`: the highest over a person's devices, and the last message they sent; `changed` is the position at which
 * their read watermark last rose by reading (rising by sending shows in the message itself). `aggregates` holds the
 * receipts view as of its last advance: what devices that were online got then is what others find later.
 */
export const watermarkTables: SqliteProjection<'watermarks'> = {
  name: 'watermarks',
  schema: `
    CREATE TABLE devices (
      conversation TEXT NOT NULL, user TEXT NOT NULL, device TEXT NOT NULL, delivered INTEGER NOT NULL,
      read INTEGER NOT NULL, PRIMARY KEY (conversation, user, device)) STRICT, WITHOUT ROWID;
    CREATE TABLE members (
      conversation TEXT NOT NULL, user TEXT NOT NULL, delivered INTEGER NOT NULL, read INTEGER NOT NULL,
      sent INTEGER NOT NULL, member INTEGER NOT NULL, changed INTEGER NOT NULL,
      PRIMARY KEY (conversation, user)) STRICT, WITHOUT ROWID;
    CREATE TABLE aggregates (
      conversation TEXT PRIMARY KEY, position INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  readIndexes: `CREATE INDEX members_by_user ON members (user, changed) WHERE changed > 0;`,
  tables: [
    { name: 'devices', key: ['conversation', 'user', 'device'] },
    { name: 'members', key: ['conversation', 'user'] },
    { name: 'aggregates', key: ['conversation'] },
  ],
  writer: (db) => new WatermarkWriter(db),
};
