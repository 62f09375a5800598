import { describe, expect, it } from 'vitest';
import { type BugName, bugNames, noBugs } from './world/bugs.js';
import { planOf } from './world/plan.js';
import { runWorld } from './world/run-world.js';
import { shrink } from './world/shrink.js';

/** Some hundreds must be enough for any of them. */
const mostSeeds = 400;

/** Seed and promise of the first history that finds it. */
async function find(bug: BugName): Promise<{ readonly seed: number; readonly check: string } | null> {
  for (let seed = 1; seed <= mostSeeds; seed++) {
    const { findings } = await runWorld(planOf(seed), { bugs: { ...noBugs, [bug]: true } });
    const [finding] = findings;
    if (finding !== undefined) return { seed, check: finding.check };
  }
  return null;
}

describe('a planted bug', () => {
  it.each(bugNames)(
    'is found: %s',
    async (bug) => {
      expect(await find(bug)).not.toBeNull();
    },
    120_000,
  );

  it('is told by the shortest history that shows it', async () => {
    const { seed, check } = (await find('twoOwners')) ?? { seed: 0, check: '' };
    const plan = planOf(seed);
    const options = { bugs: { ...noBugs, twoOwners: true } };
    const shortest = await shrink(plan, check, options);
    expect(shortest.steps.length + shortest.faults.length).toBeLessThan(plan.steps.length + plan.faults.length);
    const again = await runWorld(shortest, options);
    expect(again.findings.map((finding) => finding.check)).toContain(check);
  }, 120_000);
});
