import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type BugName, bugNames } from './world/bugs.js';

export interface SimulationOptions {
  /** To be played, in this order. */
  readonly seeds: readonly number[];
  /** A planted bug, to see it found. */
  readonly bug: BugName | null;
  /** Tells every line of what happens. */
  readonly trace: boolean;
  readonly shrink: boolean;
  /** Processes that play at once. */
  readonly jobs: number;
}

export class UsageError extends Error {}

export const helpText = `Usage: npm run simulate -- [options]

Plays whole histories of a server, its log, its network and its devices in one thread, each from one seed, with crashes,
cut networks and slow disks, and compares what everybody has in the end with the log.
Exit code 0: every promise was kept in every history.

  --seeds N    so many histories (default: 100)
  --from S     the first seed (default: at random)
  --seed S     this one only; the same seed is the same history
  --bug NAME   with a planted bug: ${bugNames.join(', ')}
  --trace      tells everything that happens
  --jobs N     processes that play at once (default: one for each core)
  --no-shrink  does not look for the shortest history that fails
  --help       this text
`;

const greatestSeed = 4_294_967_295;

/** `random`: at least 0, below 1. @throws UsageError with what is wrong; null: only the help is wanted */
export function parseOptions(argv: readonly string[], random: number): SimulationOptions | null {
  const { values } = parse(argv);
  if (values.help === true) return null;
  const from = whole('--from', values.from ?? String(Math.floor(random * 1_000_000_000)), 0, greatestSeed);
  const count = whole('--seeds', values.seeds ?? '100', 1, 10_000_000);
  const bug = bugNames.find((name) => name === values.bug) ?? null;
  if (values.bug !== undefined && bug === null) throw new UsageError(`there is no bug ${values.bug}`);
  return {
    seeds:
      values.seed === undefined
        ? Array.from({ length: count }, (_, i) => (from + i) % (greatestSeed + 1))
        : [whole('--seed', values.seed, 0, greatestSeed)],
    bug,
    trace: values.trace === true,
    shrink: values['no-shrink'] !== true,
    jobs: whole('--jobs', values.jobs ?? String(availableParallelism()), 1, 256),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        seeds: { type: 'string' },
        from: { type: 'string' },
        seed: { type: 'string' },
        bug: { type: 'string' },
        jobs: { type: 'string' },
        trace: { type: 'boolean' },
        'no-shrink': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most && text.trim() !== '') return value;
  throw new UsageError(`${name}: expected a whole number from ${least} to ${most}, got ${text}`);
}
