import type { SqliteProjection } from '../files/sqlite-projection.js';
import { HistoryWriter } from './history-writer.js';

/**
 * `messages` is appended in position order, so that writing touches few pages; inside a conversation positions rise with
 * sequences, which lets readers find one by the other in the unique index. `conversations.no` is the position of the
 * conversation's first event; its other positions say when something of a kind happened last, so that syncing looks only
 * into conversations with news. `body` is the message view as clients get it. `versions` keeps what an edit replaced: for
 * those who left before it, and are still owed what they could see then; a deletion takes it all.
 */
export const historyTables: SqliteProjection<'history'> = {
  name: 'history',
  schema: `
    CREATE TABLE conversations (
      no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, last_sequence INTEGER NOT NULL,
      message_position INTEGER NOT NULL, change_position INTEGER NOT NULL, notice_position INTEGER NOT NULL) STRICT;
    CREATE TABLE messages (
      position INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, sequence INTEGER NOT NULL, changed INTEGER,
      body TEXT NOT NULL) STRICT;
    CREATE UNIQUE INDEX messages_by_sequence ON messages (conversation, sequence);
    CREATE TABLE notices (
      conversation INTEGER NOT NULL, position INTEGER NOT NULL, after_sequence INTEGER NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY (conversation, position)) STRICT, WITHOUT ROWID;
    CREATE TABLE versions (
      conversation INTEGER NOT NULL, sequence INTEGER NOT NULL, until_position INTEGER NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY (conversation, sequence, until_position)) STRICT, WITHOUT ROWID;
  `,
  readIndexes: `
    CREATE INDEX messages_by_change ON messages (conversation, changed) WHERE changed IS NOT NULL;
  `,
  tables: [
    { name: 'conversations', key: ['no'] },
    { name: 'messages', key: ['position'] },
    { name: 'notices', key: ['conversation', 'position'] },
    { name: 'versions', key: ['conversation', 'sequence', 'until_position'] },
  ],
  writer: (db) => new HistoryWriter(db),
};
