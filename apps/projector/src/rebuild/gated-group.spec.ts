import { createLogger } from '@parley/platform';
import type { PartitionProjector, Projection, ProjectionName } from '@parley/ports';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { history } from '../history/evolve.js';
import { inbox } from '../inbox/evolve.js';
import { MemoryBuilds, MemoryGenerations } from '../testing/memory-generations.js';
import { GatedGroup } from './gated-group.js';

let generations: Map<ProjectionName, MemoryGenerations>;
let builds: MemoryBuilds;
let events: string[];
const groups: GatedGroup[] = [];

beforeEach(() => {
  generations = new Map([
    ['history', new MemoryGenerations()],
    ['inbox', new MemoryGenerations()],
  ]);
  builds = new MemoryBuilds();
  events = [];
});
afterEach(async () => {
  for (const group of groups.splice(0)) await group.close();
});

const projector: PartitionProjector = {
  status: () => [],
  lag: async () => null,
  retryParked: async () => true,
  stop: async () => void events.push('left'),
};
const start = (projections: readonly Projection[]): GatedGroup => {
  const group = new GatedGroup({
    projections,
    generationsOf: (name) => generations.get(name)!,
    builds,
    start: () => {
      events.push('joined');
      return projector;
    },
    logger: createLogger('silent'),
    lookEveryMs: 2,
  });
  groups.push(group);
  return group;
};
const untilEvents = (...expected: string[]) => vi.waitFor(() => expect(events).toEqual(expected), { interval: 2 });

it('takes part at once where nothing was ever built', async () => {
  const group = start([history, inbox]);
  await untilEvents('joined');
  expect(generations.get('inbox')?.current).toMatchObject({ serving: 1, version: inbox.version });
  expect(await group.retryParked('inbox', 1)).toBe(true);
});

it('leaves the partitions to the older ones until rows of its version serve, and asks for them', async () => {
  await generations.get('history')?.planOrFirst(1);
  const group = start([{ ...history, version: 2 }, inbox]);
  await vi.waitFor(() => expect(builds.build).toMatchObject({ projection: 'history', version: 2, phase: 'asked' }));
  expect(events).toEqual([]);
  expect(group.status()).toMatchObject([{ state: 'failed', partitions: [] }, { name: 'inbox' }]);
  expect(await group.retryParked('history', 1)).toBeNull();
  generations.get('history')!.current = { serving: 2, version: 2, beside: null, held: true };
  await vi.waitFor(() => expect(group.status()[0]?.error).toContain('about to serve'));
  expect(events).toEqual([]);
  generations.get('history')!.current = { serving: 2, version: 2, beside: null, held: false };
  await untilEvents('joined');
});

it('leaves when rows of another version are about to serve', async () => {
  const group = start([history, inbox]);
  await untilEvents('joined');
  generations.get('inbox')!.current = { serving: 1, version: inbox.version, beside: null, held: true };
  await untilEvents('joined', 'left');
  generations.get('inbox')!.current = { serving: 2, version: inbox.version + 1, beside: null, held: false };
  await vi.waitFor(() => expect(group.status()[1]?.error).toContain('this code writes'));
  expect(builds.build).toBeNull();
});

it('goes on while it is not known which rows serve', async () => {
  start([history, inbox]);
  await untilEvents('joined');
  const known = vi.spyOn(generations.get('history')!, 'known').mockRejectedValue(new Error('the engine is away'));
  await vi.waitFor(() => expect(known.mock.calls.length).toBeGreaterThan(3));
  expect(events).toEqual(['joined']);
});
