import type { SimulationOptions } from './options.js';
import { playAll } from './players.js';
import { noBugs } from './world/bugs.js';
import { type Plan, planOf, tellFault, tellStep } from './world/plan.js';
import { type Outcome, runWorld, type RunOptions } from './world/run-world.js';
import { shrink } from './world/shrink.js';

type Tell = (line: string) => void;

/** Findings told of one history: the rest is usually more of the same. */
const findingsTold = 5;
const progressEverySeconds = 10;

/** Plays the histories and tells of those that fail. true: none did. */
export async function simulate(options: SimulationOptions, tell: Tell): Promise<boolean> {
  const run: RunOptions = {
    ...(options.bug === null ? {} : { bugs: { ...noBugs, [options.bug]: true } }),
    ...(options.trace ? { onLine: tell } : {}),
  };
  const tally = new Tally(options.seeds.length, tell);
  const [only] = options.seeds;
  if (options.seeds.length === 1 && only !== undefined) {
    const outcome = await runWorld(planOf(only), run);
    tell(`seed ${only}: hash ${outcome.hash}, ${outcome.turns} turns, ${outcome.events} events`);
    tally.add(only, outcome);
  } else {
    await playAll(options.seeds, options.bug, options.jobs, ({ seed, outcome }) => tally.add(seed, outcome));
  }
  tally.end();
  if (options.shrink) {
    for (const { seed, check } of tally.failed) tellShortest(await shrink(planOf(seed), check, run), tell);
  }
  return tally.failed.length === 0;
}

/** What was played, and how quickly. */
class Tally {
  readonly failed: { readonly seed: number; readonly check: string }[] = [];
  readonly #began = process.hrtime.bigint();
  readonly #sums = { histories: 0, events: 0, turns: 0, lasted: 0 };
  #told = 0;

  constructor(
    private readonly all: number,
    private readonly tell: Tell,
  ) {}

  add(seed: number, { findings, events, turns, lasted }: Outcome): void {
    const sums = this.#sums;
    sums.histories++;
    sums.events += events;
    sums.turns += turns;
    sums.lasted += lasted;
    const [first] = findings;
    if (first !== undefined) {
      this.failed.push({ seed, check: first.check });
      tellFindings(seed, findings, this.tell);
    }
    const seconds = this.#seconds();
    if (seconds - this.#told < progressEverySeconds || sums.histories === this.all) return;
    this.#told = seconds;
    this.tell(`${sums.histories} histories, ${(sums.histories / seconds).toFixed(1)} seeds a second`);
  }

  end(): void {
    const { histories, events, turns, lasted } = this.#sums;
    const seconds = this.#seconds();
    this.tell(
      `${histories} ${histories === 1 ? 'history' : 'histories'} in ${seconds.toFixed(1)} s: ` +
        `${(histories / seconds).toFixed(1)} seeds a second, ${events} events, ${turns} turns, ` +
        `${Math.round(lasted / 60_000)} minutes of the worlds' own time`,
    );
    const seeds = this.failed.map(({ seed }) => seed);
    this.tell(seeds.length === 0 ? 'every promise was kept' : `failed: ${seeds.join(', ')}`);
  }

  #seconds(): number {
    return Number(process.hrtime.bigint() - this.#began) / 1e9;
  }
}

function tellFindings(seed: number, findings: Outcome['findings'], tell: Tell): void {
  tell(`seed ${seed} FAILED (npm run simulate -- --seed ${seed}):`);
  for (const { check, detail } of findings.slice(0, findingsTold)) tell(`  ${check}: ${detail}`);
  if (findings.length > findingsTold) tell(`  and ${findings.length - findingsTold} more`);
}

function tellShortest(plan: Plan, tell: Tell): void {
  const { seed, steps, faults, servers, people, devices } = plan;
  tell(`the shortest history of seed ${seed} that fails: ${servers} servers, ${people} people, ${devices} devices`);
  const lines = [
    ...steps.map((step) => ({ at: step.at, line: tellStep(step) })),
    ...faults.map((fault) => ({ at: fault.at, line: tellFault(fault) })),
  ];
  for (const { line } of lines.toSorted((a, b) => a.at - b.at)) tell(`  ${line}`);
}
