import { parseArgs } from 'node:util';
import { assumptions, type Demand } from './plan.js';

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Flags of what is assumed. */
const flags = {
  'members-per-message': 'membersPerMessage',
  'devices-per-user': 'devicesPerUser',
  'share-online': 'shareOnline',
  peak: 'peak',
  'retention-days': 'retentionDays',
  copies: 'copies',
  cores: 'cores',
  busy: 'busy',
  'sockets-per-gateway': 'socketsPerGateway',
} as const satisfies Readonly<Record<string, keyof typeof assumptions>>;
type Flag = keyof typeof flags;
const shares: ReadonlySet<string> = new Set(['share-online', 'busy']);

const meanings: Readonly<Record<Flag, string>> = {
  'members-per-message': 'members of the conversation a message is said in, on average',
  'devices-per-user': 'devices of a user that are connected',
  'share-online': 'of all users at the busiest moment, 0 to 1',
  peak: 'the busiest second beside the average one',
  'retention-days': 'how long messages are kept',
  copies: 'copies in Cassandra, Kafka and the event log',
  cores: 'of one machine',
  busy: 'share of a core that may be busy at the peak, 0 to 1',
  'sockets-per-gateway': 'that one gateway process holds at most',
};

export const helpText = `Usage: npm run capacity -- --users N --messages-per-day N [options]

From what was measured to nodes, partitions, disks and memory: docs/capacity.md has the formulae.

${(Object.keys(flags) as Flag[])
  .map((flag) => `  --${flag.padEnd(20)} ${meanings[flag]} (default ${assumptions[flags[flag]]})\n`)
  .join('')}  --json                 for machines
  --write-docs           the three sizes of docs/capacity.md anew
  --help
`;

export interface Options {
  /** null: of the document only. */
  readonly demand: Demand | null;
  readonly json: boolean;
  readonly writeDocs: boolean;
}

/** null: help is asked for. @throws UsageError */
export function parseOptions(argv: readonly string[]): Options | null {
  const values = parsed(argv);
  if (values['help'] === true) return null;
  const [json, writeDocs] = [values['json'] === true, values['write-docs'] === true];
  if (writeDocs) return { demand: null, json, writeDocs };
  const assumed = Object.fromEntries(
    (Object.keys(flags) as Flag[]).map((flag) => [flags[flag], numberOf(flag, values[flag], assumptions[flags[flag]])]),
  ) as typeof assumptions;
  const users = numberOf('users', values['users'], null);
  const messagesPerDay = numberOf('messages-per-day', values['messages-per-day'], null);
  return { demand: { ...assumed, users, messagesPerDay }, json, writeDocs };
}

function parsed(argv: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const numbers = Object.fromEntries(['users', 'messages-per-day', ...Object.keys(flags)].map((name) => [name, text]));
  try {
    const options = { ...numbers, json: flag, 'write-docs': flag, help: flag };
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function numberOf(flag: string, value: string | boolean | undefined, fallback: number | null): number {
  if (value === undefined && fallback !== null) return fallback;
  const number = Number(value);
  const most = shares.has(flag) ? 1 : Infinity;
  if (typeof value !== 'string' || value === '' || !(number > 0) || number > most || number === Infinity) {
    const range = most === 1 ? 'a number above 0, at most 1' : 'a number above 0';
    throw new UsageError(
      `--${flag}: expected ${range}, not ${value === undefined ? 'nothing' : JSON.stringify(value)}`,
    );
  }
  return number;
}
