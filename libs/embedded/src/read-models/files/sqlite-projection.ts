import type { OperationOf, ProjectionName } from '@parley/ports';
import type { DatabaseSync } from 'node:sqlite';

/** How one projection lies in a SQLite file. */
export interface SqliteProjection<Name extends ProjectionName = ProjectionName> {
  readonly name: Name;
  /** Tables, and the indexes that writing needs. */
  readonly schema: string;
  /** Indexes that only reading needs: made last when a projection is built from zero. */
  readonly readIndexes: string;
  /** Every table with its key: what a parity report compares. */
  readonly tables: readonly { readonly name: string; readonly key: readonly string[] }[];
  writer(db: DatabaseSync): RowWriter<OperationOf<Name>>;
}

/** Brings operations into rows. Called inside a transaction. */
export interface RowWriter<Operation> {
  /** @throws OperationsRejected, after which the transaction is rolled back. */
  write(operations: readonly Operation[]): void;
  /** The last transaction was rolled back: forget what was kept of it. */
  forget(): void;
}
