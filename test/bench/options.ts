import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Names of the benches to run; null: all. */
  readonly only: readonly string[] | null;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly repetitions: number;
  /** Messages in the prefilled conversation. */
  readonly events: number;
  /** Folder that the servers' data folders are made in. */
  readonly directory: string;
  readonly json: string | null;
  readonly writeDocs: boolean;
  readonly profiles: string | null;
  /** On the engines that the environment names, in many processes. */
  readonly cluster: boolean;
  /** Of each app, in a cluster. */
  readonly processes: number;
  /** Before the first bench of a cluster. */
  readonly engineWarmUpSeconds: number;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const defaults = {
  full: { seconds: 10, warmUpSeconds: 3, engineWarmUpSeconds: 90, repetitions: 3, events: 1_000_000 },
  quick: { seconds: 3, warmUpSeconds: 1, engineWarmUpSeconds: 10, repetitions: 1, events: 100_000 },
} as const;

export const helpText = (names: readonly string[]): string => `Usage: npm run bench -- [options]

Measures Parley beside a bare durable relay in the same run (A B A B …) and prints each figure with its goal; with
--cluster it measures many processes on the engines that the environment names (npm run engines:up). Exit code 1: a message
was lost, doubled or out of order, or something could not be measured. A missed goal is no error.

  --cluster         the cluster profile; has benches of its own: --cluster --help
  --processes N     of each app, with --cluster (default: 2)
  --only NAME,…     only these: ${names.join(', ')}
  --seconds N       length of a measured window (default: ${defaults.full.seconds}; with --quick ${defaults.quick.seconds})
  --repetitions N   how often everything is repeated (default: ${defaults.full.repetitions}; with --quick ${defaults.quick.repetitions})
  --events N        messages of the prefilled conversation (default: ${defaults.full.events}; with --quick ${defaults.quick.events})
  --quick           short, once, on less data: to see that it works, not to compare
  --directory DIR   on the disk to be measured (default: ${tmpdir()})
  --json FILE       also writes all figures as JSON
  --write-docs      also puts them into docs/benchmarks.md (with --cluster: docs/benchmarks-cluster.md)
  --profile DIR     keeps a CPU profile of each thread of the Parley servers, for the DevTools of a browser; slows them
  --help            this text
`;

/** @throws UsageError with what is wrong; null: only the help is wanted */
export function parseOptions(argv: readonly string[], names: readonly string[]): BenchOptions | null {
  const { values } = parse(argv);
  if (values.help === true) return null;
  const fallback = values.quick === true ? defaults.quick : defaults.full;
  const only = values.only?.split(',').filter((name) => name !== '') ?? null;
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`--only: there is no ${unknown}, but ${names.join(', ')}`);
  const numberOf = (flag: string, text: string | undefined, fallbackValue: number, least: number): number => {
    const value = text === undefined ? fallbackValue : Number(text);
    if (!(value >= least && value <= 1e9)) throw new UsageError(`${flag}: a number of at least ${least}, not ${text}`);
    return value;
  };
  return {
    only,
    seconds: numberOf('--seconds', values.seconds, fallback.seconds, 0.5),
    warmUpSeconds: fallback.warmUpSeconds,
    engineWarmUpSeconds: fallback.engineWarmUpSeconds,
    repetitions: Math.floor(numberOf('--repetitions', values.repetitions, fallback.repetitions, 1)),
    events: Math.floor(numberOf('--events', values.events, fallback.events, 10_000)),
    directory: values.directory ?? tmpdir(),
    json: values.json ?? null,
    writeDocs: values['write-docs'] === true,
    profiles: values.profile ?? null,
    cluster: values.cluster === true,
    processes: Math.floor(numberOf('--processes', values.processes, 2, 1)),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        only: { type: 'string' },
        seconds: { type: 'string' },
        repetitions: { type: 'string' },
        events: { type: 'string' },
        quick: { type: 'boolean' },
        directory: { type: 'string' },
        json: { type: 'string' },
        'write-docs': { type: 'boolean' },
        profile: { type: 'string' },
        cluster: { type: 'boolean' },
        processes: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
