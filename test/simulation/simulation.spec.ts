import { describe, expect, it } from 'vitest';
import { onceFailed } from './once-failed.js';
import { planOf } from './world/plan.js';
import { runWorld } from './world/run-world.js';

const freshSeeds = 200;
const first = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000_000);

/** Those of the seeds whose histories fail, with the command that plays each of them again. */
async function failuresIn(seeds: readonly number[]): Promise<readonly object[]> {
  const failures: object[] = [];
  for (const seed of seeds) {
    const { findings } = await runWorld(planOf(seed));
    if (findings.length > 0) failures.push({ seed, again: `npm run simulate -- --seed ${seed}`, findings });
  }
  return failures;
}

describe('a simulated world', () => {
  it('is the same again from the same seed, whatever was played in between', async () => {
    const seeds = [1, 2, 3, 4, 5];
    const once = new Map<number, string>();
    for (const seed of seeds) once.set(seed, (await runWorld(planOf(seed))).hash);
    for (const seed of seeds.toReversed()) expect((await runWorld(planOf(seed))).hash).toBe(once.get(seed));
    expect(new Set(once.values()).size).toBe(seeds.length);
  }, 60_000);

  it('gives the real world back', async () => {
    const before = [setTimeout, setImmediate, performance.now, Date.now, Math.random, process.listenerCount('exit')];
    await runWorld(planOf(6));
    const after = [setTimeout, setImmediate, performance.now, Date.now, Math.random, process.listenerCount('exit')];
    expect(after).toEqual(before);
  });

  it(`keeps every promise in the ${onceFailed.length} histories that once failed`, async () => {
    expect(await failuresIn(onceFailed)).toEqual([]);
  }, 120_000);

  it(`keeps every promise in ${freshSeeds} fresh ones from ${first} on`, async () => {
    expect(await failuresIn(Array.from({ length: freshSeeds }, (_, i) => first + i))).toEqual([]);
  }, 300_000);
});
