import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { eventSelect, prepareRows, type EventRow } from './event-rows.js';

const indexedUpTo = (name: string): string => `(SELECT position FROM indexed WHERE name = '${name}')`;
/** Ids above the index that are remembered; more than the writer ever leaves out of it. */
const idsKept = 131_072;

/**
 * Reads by stream and by event id: from the index what it has, and the newest events, which it does not have yet, from
 * the log's end. Both within one read transaction, so that nothing moves from one to the other in between.
 */
export class StreamScan {
  readonly #indexForwards: StatementSync;
  readonly #tailForwards: StatementSync;
  readonly #indexBackwards: StatementSync;
  readonly #tailBackwards: StatementSync;
  readonly #positionOf: StatementSync;
  readonly #idsUpTo: StatementSync;
  readonly #newIds: StatementSync;
  readonly #at: StatementSync;
  readonly #ids = new Map<string, number>();
  #idsSeen = 0;

  constructor(private readonly db: DatabaseSync) {
    const index = `${eventSelect.replace('FROM events e', 'FROM stream_positions p CROSS JOIN events e')}
                   ON e.position = p.position WHERE p.stream = ?`;
    const tail = `${eventSelect} WHERE e.position > ${indexedUpTo('stream_positions')} AND e.stream = ?`;
    this.#indexForwards = prepareRows(db, `${index} AND p.revision >= ? ORDER BY p.revision LIMIT ?`);
    this.#tailForwards = prepareRows(db, `${tail} AND e.revision >= ? ORDER BY e.position LIMIT ?`);
    this.#indexBackwards = prepareRows(db, `${index} AND p.revision <= ? ORDER BY p.revision DESC LIMIT ?`);
    this.#tailBackwards = prepareRows(db, `${tail} AND e.revision <= ? ORDER BY e.position DESC LIMIT ?`);
    this.#positionOf = prepareRows(db, `SELECT position FROM event_ids WHERE id = unhex(?, '-')`);
    this.#idsUpTo = prepareRows(db, `SELECT ${indexedUpTo('event_ids')}`);
    this.#newIds = prepareRows(db, 'SELECT event_id, position FROM events WHERE position > ?');
    this.#at = prepareRows(db, `${eventSelect} WHERE e.position = ?`);
  }

  forwards(stream: number, from: number, limit: number): EventRow[] {
    return this.#snapshot(() => {
      const rows = this.#indexForwards.all(stream, from, limit) as unknown as EventRow[];
      if (rows.length === limit) return rows;
      return rows.concat(this.#tailForwards.all(stream, from, limit - rows.length) as unknown as EventRow[]);
    });
  }

  backwards(stream: number, from: number, limit: number): EventRow[] {
    return this.#snapshot(() => {
      const rows = this.#tailBackwards.all(stream, from, limit) as unknown as EventRow[];
      if (rows.length === limit) return rows;
      return rows.concat(this.#indexBackwards.all(stream, from, limit - rows.length) as unknown as EventRow[]);
    });
  }

  findEvent(id: string): EventRow | null {
    return this.#snapshot(() => {
      const [position] = (this.#positionOf.get(id) ?? [this.#newPositionOf(id)]) as unknown as [number | undefined];
      if (position === undefined) return null;
      return (this.#at.get(position) as unknown as EventRow | undefined) ?? null;
    });
  }

  /** Ids above the index are remembered from call to call: only those that are new since the last one are read. */
  #newPositionOf(id: string): number | undefined {
    const [upTo] = this.#idsUpTo.get() as unknown as [number];
    if (upTo >= this.#idsSeen || this.#ids.size > idsKept) {
      this.#ids.clear();
      this.#idsSeen = upTo;
    }
    for (const [newId, position] of this.#newIds.all(this.#idsSeen) as unknown as [string, number][]) {
      this.#ids.set(newId, position);
      this.#idsSeen = position;
    }
    return this.#ids.get(id);
  }

  #snapshot<T>(read: () => T): T {
    this.db.exec('BEGIN');
    try {
      return read();
    } finally {
      this.db.exec('COMMIT');
    }
  }
}
