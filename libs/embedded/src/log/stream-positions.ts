import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Events that may be missing from the index: readers look through these one by one, so it stays small. */
const capacity = 2_048;
/** Streams whose last revision is kept in memory. */
const cacheSize = 100_000;

export interface StreamHead {
  readonly id: number;
  /** -1: no events yet. */
  revision: number;
}

/**
 * Names of streams and their last revisions; (stream, revision) -> position for readers. Events go to that index in
 * batches of two thousand, so that those of one stream share a page. A stream leaves the memory only right after a batch,
 * when the index can answer for it.
 */
export class StreamPositions {
  readonly #heads = new Map<string, StreamHead>();
  readonly #find: StatementSync;
  readonly #create: StatementSync;
  readonly #lastRevision: StatementSync;
  readonly #copy: StatementSync;
  readonly #complete: StatementSync;
  #indexed: number;

  constructor(db: DatabaseSync, last: number) {
    this.#find = db.prepare('SELECT id FROM streams WHERE name = ?');
    this.#create = db.prepare('INSERT INTO streams (name) VALUES (?)');
    this.#lastRevision = db.prepare('SELECT max(revision) AS revision FROM stream_positions WHERE stream = ?');
    this.#copy = db.prepare(
      `INSERT INTO stream_positions SELECT stream, revision, position FROM events
       WHERE position > ? AND position <= ? ORDER BY stream, revision`,
    );
    this.#complete = db.prepare(`UPDATE indexed SET position = ? WHERE name = 'stream_positions'`);
    const indexed = db.prepare(`SELECT position FROM indexed WHERE name = 'stream_positions'`).get();
    this.#indexed = (indexed as { position: number }).position;
    db.exec('BEGIN IMMEDIATE');
    this.step(last, true);
    db.exec('COMMIT');
  }

  /** null: there is no such stream. */
  head(name: string): StreamHead | null {
    const known = this.#heads.get(name);
    if (known !== undefined) return known;
    const row = this.#find.get(name) as { id: number } | undefined;
    if (row === undefined) return null;
    const { revision } = this.#lastRevision.get(row.id) as { revision: number | null };
    const head = { id: row.id, revision: revision ?? -1 };
    this.#heads.set(name, head);
    return head;
  }

  create(name: string): StreamHead {
    const head = { id: Number(this.#create.run(name).lastInsertRowid), revision: -1 };
    this.#heads.set(name, head);
    return head;
  }

  waiting(last: number): number {
    return last - this.#indexed;
  }

  /** Inside a transaction. */
  step(last: number, all = false): void {
    if (last - this.#indexed < (all ? 1 : capacity)) return;
    this.#copy.run(this.#indexed, last);
    this.#complete.run(last);
    this.#indexed = last;
    if (this.#heads.size <= cacheSize) return;
    let surplus = this.#heads.size - cacheSize / 2;
    for (const name of this.#heads.keys()) {
      if (surplus-- <= 0) break;
      this.#heads.delete(name);
    }
  }
}
