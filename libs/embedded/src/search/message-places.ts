import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { conversationFacet, type SearchRow } from './search-rows.js';

const messagesPerPlace = 32;

/**
 * Finds a message by conversation and sequence. An index on the two would cost more than all else together, because
 * each message touches another page of it; one place for 32 messages, and the conversation's facet between two places,
 * cost almost nothing to write and a hundred microseconds to read, which only edits and deletions do.
 */
export class MessagePlaces {
  readonly #add: StatementSync;
  readonly #from: StatementSync;
  readonly #to: StatementSync;
  readonly #find: StatementSync;

  constructor(db: DatabaseSync) {
    this.#add = db.prepare('INSERT OR IGNORE INTO places VALUES (?, ?, ?)');
    this.#from = db.prepare(
      'SELECT position FROM places WHERE conversation = ? AND block <= ? ORDER BY block DESC LIMIT 1',
    );
    this.#to = db.prepare('SELECT position FROM places WHERE conversation = ? AND block > ? ORDER BY block LIMIT 1');
    // CAST: numbers are bound as doubles, and FTS5 seeks only to integers.
    this.#find = db.prepare(
      `SELECT m.* FROM (
         SELECT rowid AS position FROM search_index
         WHERE search_index MATCH ? AND rowid >= CAST(? AS INTEGER) AND rowid <= CAST(? AS INTEGER)
         ORDER BY rowid) AS near
       CROSS JOIN messages AS m ON m.position = near.position
       WHERE m.sequence = ? LIMIT 1`,
    );
  }

  note(conversation: number, sequence: number, position: number): void {
    const before = sequence - 1;
    if (before % messagesPerPlace === 0) this.#add.run(conversation, before / messagesPerPlace, position);
  }

  find(conversation: number, sequence: number): SearchRow | null {
    const block = Math.floor((sequence - 1) / messagesPerPlace);
    const from = (this.#from.get(conversation, block) as { position: number } | undefined)?.position ?? 0;
    const to = (this.#to.get(conversation, block) as { position: number } | undefined)?.position;
    const facet = `"${conversationFacet(conversation)}"`;
    const row = this.#find.get(facet, from, to ?? Number.MAX_SAFE_INTEGER, sequence);
    return (row as SearchRow | undefined) ?? null;
  }
}
