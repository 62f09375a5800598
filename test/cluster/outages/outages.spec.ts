import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apps, type Cell, cellsOf, engines } from '../../outages/cells.js';
import { Place } from '../../outages/place/place.js';
import { runCell, type Strength } from '../../outages/run-cell.js';

// The short form of `npm run outages`: engines of its own, which it breaks, on free ports.
const strength: Strength = { faultMs: 8_000, size: { groups: 2, people: 10, entriesPerGroup: 70 }, everyMs: 150 };
const cells: readonly Cell[] = [...cellsOf(engines, ['kill', 'freeze']), ...cellsOf(apps, ['kill'])];

const home = mkdtempSync(join(tmpdir(), 'parley-outages-'));
let place: Place;

beforeAll(async () => {
  place = await Place.open({ home, portOffset: null, smallDiskMiB: null, keepEngines: false, tell: () => undefined });
}, 300_000);

afterAll(async () => {
  await place.close();
  rmSync(home, { recursive: true, force: true });
}, 60_000);

describe('people who talk while', () => {
  it.each(cells.map((cell, index) => [cell.target, cell.fault, index + 1] as const))(
    'the %s suffers a %s keep every promise (seed %i)',
    async (target, fault, seed) => {
      const seen = await runCell(place, { target, fault }, seed, strength);
      if (seen.faults.length > 0) console.error(`${seen.examples.join('\n')}\n${place.complaints()}`);
      expect(seen.faults).toEqual([]);
      expect(seen.counts.messages).toBeGreaterThan(50);
    },
    300_000,
  );
});
