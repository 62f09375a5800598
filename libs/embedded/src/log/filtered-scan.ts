import type { EventFilter } from '@parley/ports';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { eventColumns, eventSelect, prepareRows, type EventRow, type Names } from './event-rows.js';

/** A page ends above this many characters of data and metadata, whatever the limit: memory is bounded. */
const pageUnits = 4 * 1_048_576;
/** Rows fetched before their size is known. */
const firstRows = 64;
const statementsKept = 64;

export interface ScanResult {
  readonly rows: EventRow[];
  /** The whole range was read, not only up to the last row. */
  readonly complete: boolean;
}

/** Reads `events` in position order. The filter runs inside SQLite: rows it drops cost neither text nor objects. */
export class FilteredScan {
  readonly #last: StatementSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(
    private readonly db: DatabaseSync,
    private readonly names: Names,
  ) {
    this.#last = db.prepare('SELECT coalesce(max(position), 0) AS position FROM events');
  }

  lastPosition(): number {
    return (this.#last.get() as { position: number }).position;
  }

  /** Of the positions in (after, to]. */
  forwards(after: number, to: number, filter: EventFilter | undefined, limit: number): ScanResult {
    const where = this.#where(filter);
    if (where === null) return { rows: [], complete: true };
    const sql = `${eventSelect} WHERE e.position > ? AND e.position <= ?${where.sql} ORDER BY e.position LIMIT ?`;
    const statement = this.#statement(sql);
    return collect(limit, (from, rows) => statement.all(from ?? after, to, ...where.values, rows));
  }

  /** Of the positions in [from, before), the highest first. */
  backwards(before: number, from: number, filter: EventFilter | undefined, limit: number): ScanResult {
    const where = this.#where(filter);
    if (where === null) return { rows: [], complete: true };
    const sql = `${eventSelect} WHERE e.position < ? AND e.position >= ?${where.sql} ORDER BY e.position DESC LIMIT ?`;
    const statement = this.#statement(sql);
    return collect(limit, (above, rows) => statement.all(above ?? before, from, ...where.values, rows));
  }

  /** null: nothing can pass. */
  #where(filter: EventFilter | undefined): { sql: string; values: (string | number)[] } | null {
    let sql = '';
    const values: (string | number)[] = [];
    if (filter?.types !== undefined) {
      const ids = filter.types.map((type) => this.names.typeId(type)).filter((id) => id !== null);
      if (ids.length === 0) return null;
      sql += ` AND e.type IN (${ids.join(', ')})`;
    }
    if (filter?.streamPrefixes !== undefined) {
      if (filter.streamPrefixes.length === 0) return null;
      const tests = filter.streamPrefixes.map(() => 'substr(s.name, 1, length(?)) = ?').join(' OR ');
      sql += ` AND EXISTS (SELECT 1 FROM streams s WHERE s.id = e.stream AND (${tests}))`;
      for (const prefix of filter.streamPrefixes) values.push(prefix, prefix);
    }
    return { sql, values };
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= statementsKept) this.#statements.clear();
      statement = prepareRows(this.db, sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function collect(limit: number, fetch: (beyond: number | null, rows: number) => unknown[]): ScanResult {
  const rows: EventRow[] = [];
  let units = 0;
  let ask = Math.min(limit, firstRows);
  while (rows.length < limit && units < pageUnits) {
    const more = fetch(rows.at(-1)?.[eventColumns.position] ?? null, ask) as EventRow[];
    for (const row of more) {
      rows.push(row);
      units += row[eventColumns.data].length + row[eventColumns.metadata].length;
    }
    if (more.length < ask) return { rows, complete: true };
    const fitting = Math.ceil(((pageUnits - units) * rows.length) / Math.max(1, units));
    ask = Math.max(1, Math.min(limit - rows.length, fitting));
  }
  return { rows, complete: false };
}
