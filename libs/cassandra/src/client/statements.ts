/**
 * One write. Numbers stand for int and bigint columns alike. A parameter that is `undefined` leaves its column alone;
 * `null` deletes it, which leaves a tombstone.
 */
export interface Statement {
  readonly query: string;
  readonly params: readonly unknown[];
}

/** Write timestamps between two positions: for what is applied out of their order. */
const stampsPerPosition = 16;

/** The write timestamp of a position; a fraction of one is kept down to a sixteenth. */
export const stampOf = (position: number): number => Math.round(position * stampsPerPosition);

/** A write that says the same whenever it is repeated, late or doubled: its write timestamp rises with the position. */
export type PositionedStatement = (position: number, ...values: readonly unknown[]) => Statement;

/**
 * An insert whose cells win over those written at lower positions, whoever comes last. Of two writes at the same
 * position a deletion wins, then the greater value: one event must not delete a row and write it again.
 */
export function insertAt(
  table: string,
  columns: readonly string[],
  options: { readonly ttlSeconds?: number } = {},
): PositionedStatement {
  const ttl = options.ttlSeconds === undefined ? '' : ` AND TTL ${options.ttlSeconds}`;
  const query = `${insertInto(table, columns)}${ttl}`;
  return (position, ...values) => ({ query, params: [...values, stampOf(position)] });
}

/** Far above any position, far below any clock. */
const firstStamp = 1e15;

/**
 * An insert whose cells win over those written at higher positions, whoever comes last: what is first in the log stays.
 * In a table that is written in no other way.
 */
export function insertFirst(table: string, columns: readonly string[]): PositionedStatement {
  const query = insertInto(table, columns);
  return (position, ...values) => ({ query, params: [...values, firstStamp - position] });
}

/** Columns of a row, found by its key; the rest of the row stays. Values: first the columns, then the key. */
export function updateAt(table: string, columns: readonly string[], key: readonly string[]): PositionedStatement {
  const query = `UPDATE ${table} USING TIMESTAMP ? SET ${equal(columns, ', ')} WHERE ${equal(key, ' AND ')}`;
  return (position, ...values) => ({ query, params: [stampOf(position), ...values] });
}

/** A row, or with part of the key all rows below it, as far as they were written at this position or lower. */
export function deleteAt(table: string, key: readonly string[]): PositionedStatement {
  const query = `DELETE FROM ${table} USING TIMESTAMP ? WHERE ${equal(key, ' AND ')}`;
  return (position, ...values) => ({ query, params: [stampOf(position), ...values] });
}

const insertInto = (table: string, columns: readonly string[]): string =>
  `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) USING TIMESTAMP ?`;

const equal = (columns: readonly string[], separator: string): string =>
  columns.map((column) => `${column} = ?`).join(separator);

/** Rows of a batch: more gain nothing (measured), and hold others up longer. */
const maxRows = 50;
/** Characters of a batch; a single larger row goes alone. */
const maxCharacters = 256 * 1024;

/** Cuts the writes of one partition into batches. */
export function batchesOf(partition: readonly Statement[]): readonly (readonly Statement[])[] {
  if (partition.length <= 1) return partition.length === 0 ? [] : [partition];
  const batches: Statement[][] = [];
  let batch: Statement[] = [];
  let characters = 0;
  for (const statement of partition) {
    const size = charactersOf(statement);
    if (batch.length === maxRows || (batch.length > 0 && characters + size > maxCharacters)) {
      batches.push(batch);
      batch = [];
      characters = 0;
    }
    batch.push(statement);
    characters += size;
  }
  batches.push(batch);
  return batches;
}

/** Beyond these an engine with its own settings complains of a batch that has rows of several partitions. */
const maxSharedPartitions = 10;
const maxSharedCharacters = 3_000;

/**
 * Puts small partitions together, so that they can go as one batch: for engines where every node has every row, and a
 * batch is no more work than its rows. What is large stays alone.
 */
export function sharedBy(partitions: readonly (readonly Statement[])[]): readonly (readonly Statement[])[] {
  const shared: Statement[][] = [];
  let last: { readonly statements: Statement[]; partitions: number; characters: number } | null = null;
  for (const partition of partitions) {
    const characters = partition.reduce((sum, statement) => sum + charactersOf(statement), 0);
    if (
      last === null ||
      last.partitions === maxSharedPartitions ||
      last.characters + characters > maxSharedCharacters ||
      last.statements.length + partition.length > maxRows
    ) {
      last = { statements: [], partitions: 0, characters: 0 };
      shared.push(last.statements);
    }
    last.statements.push(...partition);
    last.partitions++;
    last.characters += characters;
  }
  return shared;
}

function charactersOf({ params }: Statement): number {
  let sum = 0;
  for (const value of params) sum += typeof value === 'string' || value instanceof Uint8Array ? value.length : 8;
  return sum;
}
