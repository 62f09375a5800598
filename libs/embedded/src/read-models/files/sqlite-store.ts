import type { OperationOf, ParkedOperation, ProjectionBatch, ProjectionName, ProjectionStore } from '@parley/ports';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
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
    this.#transact(() => {
      this.#writer.write(batch.operations);
      for (const event of batch.parked) this.#savePark(event);
      this.#saveCheckpoint.run(batch.checkpoint);
    });
  }

  async applyParked(position: number, operations: readonly OperationOf<Name>[]): Promise<void> {
    this.#transact(() => {
      this.#writer.write(operations);
      this.db.prepare('DELETE FROM parked WHERE position = ?').run(position);
    });
  }

  parked(): Promise<readonly (ParkedOperation & { readonly parkedAt: number })[]> {
    const rows = this.db
      .prepare('SELECT position, stream, type, reason, parked_at AS parkedAt FROM parked ORDER BY position')
      .all();
    return Promise.resolve(rows as unknown as (ParkedOperation & { parkedAt: number })[]);
  }

  async close(): Promise<void> {
    this.db.close();
  }

  #savePark({ position, stream, type, reason }: ParkedOperation): void {
    this.#park.run(position, stream, type, reason, this.now());
  }

  #transact(work: () => void): void {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.db.exec('COMMIT');
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      this.#writer.forget();
      throw error;
    }
  }
}
