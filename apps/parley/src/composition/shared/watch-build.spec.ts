import type { Build, BuildRegistry, ProjectionName, RebuildProgress } from '@parley/ports';
import { isUnderWay } from '@parley/ports';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchBuild } from './watch-build.js';

const parity = { rows: 3, onlyInOld: 0, onlyInNew: 0, different: 0, examples: [], switched: true };
let build: Build | null;
const builds: BuildRegistry = {
  current: async () => build,
  ask: async (projection: ProjectionName, version: number) => {
    if (build !== null && isUnderWay(build)) return build;
    const nothing = { generation: null, old: null, done: 0, total: 0, eventsPerSecond: 0, report: null, error: null };
    build = { id: 'b1', projection, version, phase: 'asked', beat: 0, ...nothing };
    return build;
  },
  advance: async (before, change) => {
    build = { ...before, ...change, beat: before.beat + 1 };
    return build;
  },
};
let told: RebuildProgress[];
const watch = () => watchBuild(builds, 'history', 1, (progress) => told.push(progress));
const step = async (change: Partial<Build>): Promise<void> => {
  await vi.waitFor(() => expect(build).not.toBeNull());
  if (build !== null) await builds.advance(build, change);
};

beforeEach(() => {
  build = null;
  told = [];
});
afterEach(() => vi.useRealTimers());

it('asks, tells how far another process is, and answers its report; a second one who asks joins', async () => {
  const [first, second] = [watch(), watch()];
  await step({ phase: 'filling', done: 10, total: 40, eventsPerSecond: 5 });
  await vi.waitFor(() => expect(told).toHaveLength(2));
  await step({ phase: 'done', done: 40, total: 40, report: parity });
  expect(await first).toEqual({ projection: 'history', ...parity });
  expect(await second).toMatchObject({ switched: true });
  expect(told[0]).toEqual({ projection: 'history', done: 10, total: 40, eventsPerSecond: 5, secondsLeft: 6 });
  expect(told.at(-1)).toMatchObject({ done: 40, total: 40 });
});

it('refuses while another one is under way', async () => {
  await builds.ask('inbox', 1);
  await expect(watch()).rejects.toThrow('inbox is being rebuilt: one at a time');
});

it('says why it was given up, also that nobody has taken it up', async () => {
  const failing = watch().catch((error: unknown) => error);
  await step({ phase: 'failed', error: 'the engine is away' });
  expect(await failing).toMatchObject({ message: 'the engine is away' });
  vi.useFakeTimers({ toFake: ['performance'] });
  const alone = watch().catch((error: unknown) => String(error));
  await vi.advanceTimersByTimeAsync(31_000);
  expect(await alone).toContain('no projector runs');
  expect(build).toMatchObject({ phase: 'failed' });
});
