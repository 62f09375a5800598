import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

export interface FaultOptions {
  readonly only: readonly string[];
  /** Of a scenario that does one thing again and again. */
  readonly times: number;
  readonly sockets: number;
  readonly seconds: number;
  readonly seed: number;
  readonly json: boolean;
  /** The document that gets the table; null: none. */
  readonly docs: string | null;
  /** For data and ledgers: a folder a scenario, kept when a promise was broken. */
  readonly home: string;
}

export class UsageError extends Error {}

export const helpText = (names: readonly string[]): string => `Usage: npm run faults [-- options]

Harms a server of the embedded profile while devices talk to it, and compares what every device saw with the log.
Exit code 0: every promise was kept.

  --only a,b     of: ${names.join(', ')} (default: all)
  --times N      kills of \`kill\` (default: 100)
  --sockets N    of \`reconnect\`, a tenth of them slow in \`slow-readers\` (default: 10000, or what the machine allows)
  --seconds S    how long \`freeze\` and \`disk-full\` last (default: 30)
  --seed S       where kills strike (default: by the clock; printed)
  --home DIR     for data and ledgers (default: a new temporary folder)
  --json         one line of JSON a scenario
  --write-docs   the table of all of them into docs/reliability.md, when every promise was kept
  --list, --help
`;

/** @throws UsageError with what is wrong */
export function parseOptions(argv: readonly string[], names: readonly string[]): FaultOptions | 'help' | 'list' {
  const values = parse(argv);
  if (values.help === true) return 'help';
  if (values.list === true) return 'list';
  const only = values.only?.split(',') ?? names;
  for (const name of only) {
    if (!names.includes(name)) throw new UsageError(`--only: ${name} is none of ${names.join(', ')}`);
  }
  return {
    only,
    times: whole('--times', values.times ?? '100'),
    sockets: whole('--sockets', values.sockets ?? '10000'),
    seconds: whole('--seconds', values.seconds ?? '30'),
    seed: whole('--seed', values.seed ?? String(Date.now() % 100_000)),
    json: values.json === true,
    docs: values['write-docs'] === true ? 'docs/reliability.md' : null,
    home: values.home ?? mkdtempSync(join(tmpdir(), 'parley-faults-')),
  };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const shared = { only: text, times: text, sockets: text, seconds: text, seed: text, home: text };
  try {
    return parseArgs({
      args: [...argv],
      options: { ...shared, json: flag, 'write-docs': flag, list: flag, help: flag },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function whole(option: string, value: string): number {
  if (!/^\d{1,6}$/.test(value))
    throw new UsageError(`${option}: expected a whole number, not ${JSON.stringify(value)}`);
  return Number(value);
}
