import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeConnections } from '../demo/stage/http.js';
import { cellsOf, isNode, type Target } from './cells.js';
import { LongConversation } from './changes/long-conversation.js';
import type { OutageOptions } from './options.js';
import { Place } from './place/place.js';
import { writeRows } from './report/document.js';
import { rowOf } from './report/row.js';
import { runCells } from './run-cells.js';

/** Talk that outlasts a fault of half a minute, and leaves the engines most of the machine. */
const size = { groups: 3, people: 8, entriesPerGroup: 60 };
/** As long as that. */
const changes = { groups: 2, people: 3, directs: 1, steps: 30 };
const everyMs = 900;
const smallDiskMiB = 512;

type Tell = (line: string) => void;

/** Breaks one target after the other. True: every promise was kept. */
export async function run(options: OutageOptions, tell: Tell): Promise<boolean> {
  const { home, portOffset, keepEngines, targets } = options;
  const nodes = targets.some(isNode) ? 3 : 1;
  const place = await Place.open({ home, portOffset, nodes, smallDiskMiB, keepEngines, tell });
  let isClean = true;
  try {
    tell(`${options.long} messages are sent to a conversation that is to be long …`);
    const long = await LongConversation.fill(place.url, options.long, options.seed);
    for (const [index, target] of targets.entries()) {
      const isKept = await tryTarget(place, long, target, options.seed + index, options, tell);
      isClean &&= isKept;
    }
    return isClean;
  } finally {
    closeConnections();
    await place.close();
  }
}

/** All that may happen to one thing, during one talk. */
async function tryTarget(
  place: Place,
  long: LongConversation,
  target: Target,
  seed: number,
  options: OutageOptions,
  tell: Tell,
): Promise<boolean> {
  const cells = cellsOf([target], options.faults);
  if (cells.length === 0) return true;
  tell(`\n${target} (seed ${seed})`);
  try {
    const strength = { faultMs: options.seconds * 1_000, size, changes, everyMs, tell };
    const series = await runCells(place, long, cells, seed, strength);
    const day = new Date().toISOString().slice(0, 10);
    const rows = series.cells.map((seen) =>
      rowOf({ ...seen, faults: [...seen.faults, ...series.faults] }, series.counts, day),
    );
    for (const line of [...rows, ...series.examples]) tell(line);
    if (options.writeDocs) writeRows(rows);
    if (series.faults.length === 0 && series.cells.every(({ faults }) => faults.length === 0)) return true;
  } catch (error) {
    tell(`  ✗ it came to no end: ${String((error as Error).stack)}`);
  }
  tell(`  the apps complained: ${keepComplaints(place, target)}`);
  await place.renew();
  return false;
}

function keepComplaints(place: Place, target: Target): string {
  mkdirSync(place.home, { recursive: true });
  const file = join(place.home, `complaints-${target}.log`);
  writeFileSync(file, place.complaints());
  return file;
}
