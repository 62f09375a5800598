import type { DatabaseSync } from 'node:sqlite';
import type { SqliteProjection } from '../files/sqlite-projection.js';
import type { TableDifferences } from '../thread/messages.js';

type Row = Readonly<Record<string, string | number | null>>;

const maxExamples = 10;

/** Two files of one projection at the same position, row by row, each in the order of its key. Bounded in memory. */
export function compareFiles(
  old: DatabaseSync,
  rebuilt: DatabaseSync,
  tables: SqliteProjection['tables'],
): TableDifferences {
  const found = { rows: 0, onlyInOld: 0, onlyInNew: 0, different: 0 };
  const examples: TableDifferences['examples'][number][] = [];
  const report = (table: string, row: Row, keyColumns: readonly string[], was: Row | null, is: Row | null): void => {
    if (examples.length >= maxExamples) return;
    const key = keyColumns.map((column) => String(row[column])).join(' ');
    examples.push({ table, key, old: was && JSON.stringify(was), new: is && JSON.stringify(is) });
  };
  for (const { name, key } of tables) {
    for (const [was, is] of merge(rowsOf(old, name, key), rowsOf(rebuilt, name, key), key)) {
      found.rows++;
      if (was === null && is !== null) {
        found.onlyInNew++;
        report(name, is, key, null, is);
      } else if (was !== null && is === null) {
        found.onlyInOld++;
        report(name, was, key, was, null);
      } else if (was !== null && is !== null && JSON.stringify(was) !== JSON.stringify(is)) {
        found.different++;
        report(name, was, key, was, is);
      }
    }
  }
  return { ...found, examples };
}

const rowsOf = (db: DatabaseSync, table: string, key: readonly string[]): Iterator<Row> =>
  db.prepare(`SELECT * FROM ${table} ORDER BY ${key.join(', ')}`).iterate() as Iterator<Row>;

/** Pairs the rows of two sorted sequences by key. */
function* merge(
  old: Iterator<Row>,
  rebuilt: Iterator<Row>,
  key: readonly string[],
): Generator<[Row | null, Row | null]> {
  let was = old.next();
  let is = rebuilt.next();
  while (was.done !== true || is.done !== true) {
    const order = was.done === true ? 1 : is.done === true ? -1 : compareKeys(was.value, is.value, key);
    const pair: [Row | null, Row | null] = [
      was.done !== true && order <= 0 ? was.value : null,
      is.done !== true && order >= 0 ? is.value : null,
    ];
    yield pair;
    if (pair[0] !== null) was = old.next();
    if (pair[1] !== null) is = rebuilt.next();
  }
}

/** As SQLite orders: numbers by value, texts by their UTF-8 bytes. */
function compareKeys(a: Row, b: Row, key: readonly string[]): number {
  for (const column of key) {
    const [left, right] = [a[column] ?? null, b[column] ?? null];
    if (left === right) continue;
    if (typeof left === 'number' && typeof right === 'number') return left - right;
    return Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
  }
  return 0;
}
