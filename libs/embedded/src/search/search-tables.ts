import type { SqliteProjection } from '../read-models/files/sqlite-projection.js';
import { SearchWriter } from './search-writer.js';

/**
 * `messages` holds one row a message, removed ones too (without text), keyed by the position of the event that sent
 * it: newest first is highest first. `tokens` is tokenText() of the text: the index only proposes, these decide.
 * `names` turns ids into small numbers; `places` says about where in the log each 32nd message of a conversation is;
 * `time_blocks` says from when to when each 2,048 messages are.
 *
 * The index keeps no text (content=''), no lengths and no places within messages (detail=none): it answers only in
 * which messages a token is. Tokens are folded already and hold no ASCII but a-z and 0-9, so the `ascii` tokenizer
 * changes nothing and parts them at spaces alone. `_` is for facets (search-rows.ts), which no text can spell.
 * Merging eight segments at a time instead of four rewrites less often; a search looks into a few more.
 */
export const searchTables: SqliteProjection<'search'> = {
  name: 'search',
  schema: `
    CREATE TABLE messages (
      position INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, sequence INTEGER NOT NULL, sender INTEGER NOT NULL,
      time INTEGER NOT NULL, changed INTEGER NOT NULL, flags INTEGER NOT NULL, tokens TEXT NOT NULL) STRICT;
    CREATE TABLE names (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE places (
      conversation INTEGER NOT NULL, block INTEGER NOT NULL, position INTEGER NOT NULL,
      PRIMARY KEY (conversation, block)) STRICT, WITHOUT ROWID;
    CREATE TABLE time_blocks (
      first INTEGER PRIMARY KEY, messages INTEGER NOT NULL, min_time INTEGER NOT NULL, max_time INTEGER NOT NULL) STRICT;
    CREATE VIRTUAL TABLE search_index USING fts5(
      tokens, content='', columnsize=0, detail=none, tokenize="ascii tokenchars '_'");
    INSERT INTO search_index (search_index, rank) VALUES ('automerge', 8);
    INSERT INTO search_index (search_index, rank) VALUES ('crisismerge', 32);
  `,
  // Built from zero, the index becomes one segment: a search looks into one place instead of a dozen.
  readIndexes: `INSERT INTO search_index (search_index) VALUES ('optimize');`,
  tables: [
    { name: 'messages', key: ['position'] },
    { name: 'names', key: ['number'] },
    { name: 'places', key: ['conversation', 'block'] },
    { name: 'time_blocks', key: ['first'] },
  ],
  writer: (db) => new SearchWriter(db),
};
