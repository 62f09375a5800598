import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** Folder of raw logs; null: people and talk are made up. */
  readonly logs: string | null;
  /** The first log that is played, from 1. */
  readonly from: number;
  /** Only so many logs from there. */
  readonly only: number | null;
  readonly seed: number;
  /** Devices that one person has at most. */
  readonly devices: number;
  /** Ends the server by force once in the middle and starts it again. */
  readonly kill: boolean;
  /** Leaves the server's data folder behind. */
  readonly keep: boolean;
  /** Plays on the real engines, two processes of each app, instead of on the embedded default. */
  readonly cluster: boolean;
}

export class UsageError extends Error {}

export const helpText = `Usage: npm run demo -- [options]

Plays chat logs through real sockets against a server it starts: every nick is a person with one to three devices, every
log a group. Devices drop and come back, people read, search and page, and once the server is killed. In the end all that
every device received, and all that can be read, is compared with the logs. Exit code 0: every figure adds up.

  --logs DIR      raw IRC logs, one file a group, named by date (default: people and talk are made up)
  --from N        begins with the N-th log (default: 1), so that a long folder can be played in parts
  --only N        only N logs from there
  --seed S        who has how many devices, who drops when: the same for the same seed (default: 1)
  --devices 1..3  devices that one person has at most (default: 3)
  --no-kill       does not kill the server
  --cluster       two processes of each app on Kafka, Cassandra, Elasticsearch and Redis of this machine, started if need
                  be (npm run engines:down stops them), or on those that KAFKA_BROKERS, CASSANDRA_URL, … name
  --keep          keeps the server's data folder and says where it is
  --help          this text
`;

/** @throws UsageError with what is wrong; null: only the help is wanted */
export function parseOptions(argv: readonly string[]): DemoOptions | null {
  const { values } = parse(argv);
  if (values.help === true) return null;
  return {
    logs: values.logs ?? null,
    from: whole('--from', values.from ?? '1', 1, 1_000_000),
    only: values.only === undefined ? null : whole('--only', values.only, 1, 1_000_000),
    seed: whole('--seed', values.seed ?? '1', 0, 2 ** 32 - 1),
    devices: whole('--devices', values.devices ?? '3', 1, 3),
    kill: values['no-kill'] !== true,
    keep: values.keep === true,
    cluster: values.cluster === true,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        logs: { type: 'string' },
        from: { type: 'string' },
        only: { type: 'string' },
        seed: { type: 'string' },
        devices: { type: 'string' },
        'no-kill': { type: 'boolean' },
        keep: { type: 'boolean' },
        cluster: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function whole(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new UsageError(`${option}: expected a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
  return value;
}
