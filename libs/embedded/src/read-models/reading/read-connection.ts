import { ReadModelUnavailable } from '@parley/ports';
import { existsSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { projectionFile } from '../files/projection-file.js';
import type { Registry } from '../files/registry.js';

type Value = string | number | null;

/** The projections that these readers read. Message search has a connection of its own. */
const attached = ['history', 'inbox', 'membership', 'watermarks', 'people'] as const;
type Attached = (typeof attached)[number];

/**
 * One connection over the files of all projections, so that a call sees one state of each. It reads beside the writing
 * thread without waiting for it. Statements are prepared once.
 */
export class ReadConnection {
  readonly #db = new DatabaseSync(':memory:');
  readonly #statements = new Map<string, StatementSync>();
  readonly #missing = new Set<Attached>();

  constructor(folder: string, registry: Registry) {
    for (const name of attached) {
      const path = projectionFile(folder, name, registry[name]?.generation ?? 0);
      if (existsSync(path)) this.#db.prepare(`ATTACH ? AS ${name}`).run(path);
      else this.#missing.add(name);
    }
    this.#db.exec('PRAGMA busy_timeout = 1000; PRAGMA cache_size = -8192; PRAGMA query_only = 1');
  }

  /** The type of the rows is the caller's claim about its own SQL. */
  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller's claim, as above
  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined;
  }

  /** Runs `work` on one state of each of these projections. @throws ReadModelUnavailable */
  snapshot<T>(needed: readonly Attached[], work: () => T): T {
    for (const name of needed) if (this.#missing.has(name)) throw new ReadModelUnavailable(`${name} is not there yet`);
    if (this.#db.isTransaction) return work();
    this.#db.exec('BEGIN');
    try {
      return work();
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_SQLITE_ERROR') throw error;
      throw new ReadModelUnavailable((error as Error).message, { cause: error });
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  close(): void {
    this.#db.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
