import type { BugName } from './world/bugs.js';
import { noBugs } from './world/bugs.js';
import { planOf } from './world/plan.js';
import { type Outcome, runWorld } from './world/run-world.js';

/** A process that plays seeds for another one: one at a time, as it is told. */
export interface Assignment {
  readonly seed: number;
  readonly bug: BugName | null;
}
export interface Played {
  readonly seed: number;
  readonly outcome: Outcome;
}

process.on('message', ({ seed, bug }: Assignment) => {
  const bugs = bug === null ? noBugs : { ...noBugs, [bug]: true };
  void runWorld(planOf(seed), { bugs }).then((outcome) => process.send?.({ seed, outcome } satisfies Played));
});
