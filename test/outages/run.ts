import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeConnections } from '../demo/stage/http.js';
import { type Cell, cellsOf } from './cells.js';
import type { OutageOptions } from './options.js';
import { Place } from './place/place.js';
import { writeRows } from './report/document.js';
import { rowOf } from './report/row.js';
import { runCell, type Strength } from './run-cell.js';

/** Talk that lasts a little longer than a fault of half a minute. */
const size = { groups: 4, people: 24, entriesPerGroup: 260 };
const everyMs = 150;
const smallDiskMiB = 512;

/** Runs cell after cell. True: every promise was kept. */
export async function run(options: OutageOptions, tell: (line: string) => void): Promise<boolean> {
  const { home, portOffset, keepEngines } = options;
  const strength = { faultMs: options.seconds * 1_000, size, everyMs };
  const place = await Place.open({ home, portOffset, smallDiskMiB, keepEngines, tell });
  let isClean = true;
  try {
    for (const [index, cell] of cellsOf(options.targets, options.faults).entries()) {
      const isKept = await tryCell(place, cell, options.seed + index, strength, options.writeDocs, tell);
      isClean &&= isKept;
    }
    return isClean;
  } finally {
    closeConnections();
    await place.close();
  }
}

async function tryCell(
  place: Place,
  cell: Cell,
  seed: number,
  strength: Strength,
  writeDocs: boolean,
  tell: (line: string) => void,
): Promise<boolean> {
  const day = new Date().toISOString().slice(0, 10);
  tell(`\n${cell.target} ${cell.fault} (seed ${seed}) …`);
  try {
    const seen = await runCell(place, cell, seed, strength);
    const row = rowOf(seen, day);
    tell(row);
    for (const example of seen.examples) tell(`  ! ${example}`);
    if (writeDocs) writeRows([row]);
    if (seen.faults.length === 0) return true;
  } catch (error) {
    tell(`  ✗ it came to no end: ${String((error as Error).stack)}`);
  }
  tell(`  the apps complained: ${keepComplaints(place, cell)}`);
  await place.renew();
  return false;
}

function keepComplaints(place: Place, { target, fault }: Cell): string {
  mkdirSync(place.home, { recursive: true });
  const file = join(place.home, `complaints-${target}-${fault}.log`);
  writeFileSync(file, place.complaints());
  return file;
}
