import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { apps, cellsOf, engines, faults, nodes } from '../cells.js';
import { headOfTable, keyOf } from './row.js';

const file = fileURLToPath(new URL('../../../../docs/operations/outages.md', import.meta.url));
const begin = '<!-- Written by `npm run outages -- --write-docs` from here … -->';
const end = '<!-- … to here. -->';

const order = cellsOf([...engines, ...nodes, ...apps], faults).map(keyOf);

/** Puts rows into a document: each takes the place of the one of the same cell. @throws Error without the place */
export function withRows(document: string, rows: readonly string[], machine: string): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the document has no place for the matrix: ${begin} ${end}`);
  const byKey = new Map<string, string>();
  const before = document.slice(from, to).split('\n');
  for (const row of [...before, ...rows]) {
    // A formatter fills cells up with blanks.
    const plain = row.replaceAll(/ +\|/g, ' |');
    const key = order.find((each) => plain.startsWith(each));
    if (key !== undefined) byKey.set(key, plain);
  }
  const matrix = order.flatMap((key) => byKey.get(key) ?? []);
  const text = [begin, '', `Machine of the last run: ${machine}.`, '', headOfTable, ...matrix, '', ''].join('\n');
  return document.slice(0, from) + text + document.slice(to);
}

/** Writes rows into docs/operations/outages.md. */
export function writeRows(rows: readonly string[]): void {
  writeFileSync(file, withRows(readFileSync(file, 'utf8'), rows, machineOfNow()));
}

function machineOfNow(): string {
  const [{ model } = { model: 'unknown processor' }, ...others] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${others.length + 1} × ${model.trim()}, ${memory} GiB, Node ${process.versions.node}, all on this one machine`;
}
