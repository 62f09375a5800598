import cassandra from 'cassandra-driver';

const { types } = cassandra;

/** A row by column name: text as string, int and bigint as number, absent columns as null. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * The rows of a page, with 64-bit numbers as plain ones.
 * @throws RangeError for a number beyond 2^53, which none of ours is
 */
export function rowsOf(result: cassandra.types.ResultSet): readonly Row[] {
  const rows = (result.rows ?? []) as unknown as Record<string, unknown>[];
  const wide = (result.columns ?? []).filter(({ type }) => wideTypes.has(type.code)).map(({ name }) => name);
  if (wide.length === 0) return rows;
  for (const row of rows) for (const name of wide) row[name] = numberOf(row[name]);
  return rows;
}

const wideTypes: ReadonlySet<number> = new Set([types.dataTypes.bigint, types.dataTypes.counter]);

function numberOf(value: unknown): number | null {
  if (value === null || value === undefined) return null;
  const wide = value as cassandra.types.Long;
  const number = wide.toNumber();
  if (!Number.isSafeInteger(number)) throw new RangeError(`${wide.toString()} is no safe integer`);
  return number;
}
