import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageCommandRoutes } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apps, cellsOf, engines } from '../../outages/cells.js';
import { call } from '../../kit/rest.js';
import { LongConversation } from '../../outages/changes/long-conversation.js';
import { registerAskers } from '../../outages/probe/people.js';
import { Place } from '../../outages/place/place.js';
import { runCells, type Strength } from '../../outages/run-cells.js';

// The short form of `npm run outages`: engines of its own, which it breaks, on free ports.
const strength: Strength = {
  faultMs: 8_000,
  size: { groups: 2, people: 8, entriesPerGroup: 40 },
  changes: { groups: 1, people: 3, directs: 1, steps: 15 },
  everyMs: 500,
  tell: () => undefined,
};

const home = mkdtempSync(join(tmpdir(), 'parley-outages-'));
// Elasticsearch does not run as root: somebody else has to get in.
chmodSync(home, 0o755);
let place: Place;
let long: LongConversation;

beforeAll(async () => {
  place = await Place.open({
    home,
    portOffset: null,
    nodes: 1,
    smallDiskMiB: null,
    keepEngines: false,
    tell: () => undefined,
  });
  long = await LongConversation.fill(place.url, 300, 1);
}, 300_000);

afterAll(async () => {
  await place.close();
  rmSync(home, { recursive: true, force: true });
}, 60_000);

/** In turn. A killed one breaks off, a frozen one takes everything and says nothing. */
const faults = ['kill', 'freeze'] as const;

describe('people who talk while something breaks', () => {
  it.each([...engines, ...apps].map((target, index) => [target, faults[index % 2]!, index + 1] as const))(
    'see every promise kept: %s, %s (seed %i)',
    async (target, fault, seed) => {
      const {
        cells,
        counts,
        faults: differences,
        examples,
      } = await runCells(place, long, cellsOf([target], [fault]), seed, strength);
      const broken = cells.flatMap(({ cell, faults: seen }) => seen.map((fault) => `${cell.fault}: ${fault}`));
      if (differences.length + broken.length > 0) console.error(`${examples.join('\n')}\n${place.complaints()}`);
      expect([...broken, ...differences]).toEqual([]);
      expect(counts.messages).toBeGreaterThan(30);
      expect(counts.changes).toBeGreaterThan(30);
    },
    300_000,
  );
});

describe('while Kafka is away', () => {
  it('gateways and command-apis start, and people talk', async () => {
    const kafka = place.breakable('kafka');
    const { ann, conversationId } = await registerAskers(place.url);
    await kafka.stop();
    try {
      for (const app of ['command-api', 'gateway'] as const) {
        await place.breakable(app).restart();
      }
      const body = { clientMessageId: 'm1', content: { type: 'text.v1', text: 'hello' } };
      const input = { token: ann.token, params: { conversationId }, body };
      expect((await call(place.url, messageCommandRoutes.sendMessage, input)).status).toBe(201);
    } finally {
      await kafka.start();
    }
  }, 300_000);
});
