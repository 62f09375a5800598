import {
  OperationsRejected,
  type OperationOf,
  type ParkedOperation,
  type ParkedPage,
  type ParkedRecord,
  type ProjectionBatch,
  type ProjectionName,
  type ProjectionStore,
} from '@parley/ports';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { readParked } from './parked-events.js';
import type { RowWriter, SqliteProjection } from './sqlite-projection.js';

/**
 * The store of one projection in one SQLite file: rows, parked events and checkpoint in one transaction, so that a
 * killed process never leaves them apart. Operations of events at or below the checkpoint must not be given again: the
 * runner leaves them out.
 */
export class SqliteStore<Name extends ProjectionName> implements ProjectionStore<OperationOf<Name>> {
  readonly #writer: RowWriter<OperationOf<Name>>;
  readonly #saveCheckpoint: StatementSync;
  readonly #park: StatementSync;

  constructor(
    private readonly db: DatabaseSync,
    projection: SqliteProjection<Name>,
    private readonly now: () => number,
  ) {
    this.#writer = projection.writer(db);
    this.#saveCheckpoint = db.prepare('UPDATE progress SET position = ?');
    this.#park = db.prepare('INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?)');
  }

  checkpoint(): Promise<number> {
    const row = this.db.prepare('SELECT position FROM progress').get() as { position: number };
    return Promise.resolve(row.position);
  }

  async apply(batch: ProjectionBatch<OperationOf<Name>>): Promise<void> {
    this.#transact(batch.operations, () => {
      for (const event of batch.parked) this.#savePark(event);
      this.#saveCheckpoint.run(batch.checkpoint);
    });
  }

  async applyParked(position: number, operations: readonly OperationOf<Name>[]): Promise<void> {
    this.#transact(operations, () => {
      this.db.prepare('DELETE FROM parked WHERE position = ?').run(position);
    });
  }

  parked(page?: ParkedPage): Promise<readonly ParkedRecord[]> {
    return Promise.resolve(readParked(this.db, page));
  }

  async close(): Promise<void> {
    this.db.close();
  }

  #savePark({ position, stream, type, reason }: ParkedOperation): void {
    this.#park.run(position, stream, type, reason, this.now());
  }

  #transact(operations: readonly OperationOf<Name>[], also: () => void): void {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      this.#writer.write(operations);
      also();
      this.db.exec('COMMIT');
    } catch (error) {
      this.#rollBack();
      if (isAboutData(error)) this.#rejectCulprits(operations);
      throw error;
    }
  }

  /**
   * Some event's data does not fit the tables: finds out which, by writing one after the other into a transaction that
   * is rolled back. @throws OperationsRejected when it was one
   */
  #rejectCulprits(operations: readonly OperationOf<Name>[]): void {
    const reasons = new Map<number, string>();
    this.db.exec('BEGIN IMMEDIATE');
    for (const [position, ofEvent] of Map.groupBy(operations, (operation) => operation.position)) {
      try {
        this.#writer.write(ofEvent);
      } catch (error) {
        if (!isAboutData(error)) break;
        this.#writer.forget();
        reasons.set(position, error instanceof Error ? error.message : String(error));
      }
    }
    this.#rollBack();
    if (reasons.size > 0) throw new OperationsRejected(reasons);
  }

  #rollBack(): void {
    if (this.db.isTransaction) this.db.exec('ROLLBACK');
    this.#writer.forget();
  }
}

/** Not the engine's: a value that cannot be bound, SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH. */
function isAboutData(error: unknown): boolean {
  if (error instanceof OperationsRejected) return false;
  const { errcode } = error as { errcode?: number };
  return errcode === undefined || [18, 19, 20].includes(errcode & 0xff);
}
