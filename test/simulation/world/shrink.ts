import { type RunOptions, runWorld } from './run-world.js';
import type { Plan } from './plan.js';

/**
 * The shortest history that still fails in the same way: leaves out steps and faults, first many at once, then fewer.
 * `budget`: how many worlds it may take.
 */
export async function shrink(plan: Plan, check: string, options: RunOptions = {}, budget = 400): Promise<Plan> {
  let runs = 0;
  const fails = async (candidate: Plan): Promise<boolean> => {
    if (++runs > budget) return false;
    const { findings } = await runWorld(candidate, options);
    return findings.some((finding) => finding.check === check);
  };
  let shortest = plan;
  // With nothing left of the budget nothing more is left out.
  for (let before = Infinity; sizeOf(shortest) < before;) {
    before = sizeOf(shortest);
    shortest = await leaveOut(shortest, 'faults', fails);
    shortest = await leaveOut(shortest, 'steps', fails);
  }
  return shortest;
}

const sizeOf = ({ steps, faults }: Plan): number => steps.length + faults.length;

async function leaveOut(
  plan: Plan,
  what: 'steps' | 'faults',
  fails: (candidate: Plan) => Promise<boolean>,
): Promise<Plan> {
  let shortest = plan;
  for (let size = Math.max(1, plan[what].length); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < shortest[what].length;) {
      const rest = [...shortest[what].slice(0, from), ...shortest[what].slice(from + size)];
      const candidate: Plan = { ...shortest, [what]: rest };
      if (await fails(candidate)) shortest = candidate;
      else from += size;
    }
  }
  return shortest;
}
