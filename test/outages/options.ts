import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { apps, engines, type Fault, faults, isNode, nodes, type Target } from './cells.js';

export interface OutageOptions {
  readonly targets: readonly Target[];
  readonly faults: readonly Fault[];
  /** How long what is stopped or frozen stays so, s; what is slow or full half as long. */
  readonly seconds: number;
  readonly seed: number;
  /** Messages of the long conversation before the first cell. */
  readonly long: number;
  readonly home: string;
  readonly portOffset: number;
  readonly keepEngines: boolean;
  readonly writeDocs: boolean;
}

export class UsageError extends Error {}

const usual = faults.filter((fault) => fault !== 'none');
const targets: readonly Target[] = [...engines, ...apps];
const all: readonly Target[] = [...targets, ...nodes];

export const helpText = `Usage: npm run outages -- [options]

Breaks each engine and each app of a cluster of its own while people talk, and compares what everybody has in the end.
Exit code 0: every promise was kept. Needs root, for disks that may be full.

  --only a,b       what to break, in this order: ${targets.join(', ')} (default: all
                   of them), or ${nodes.join(', ')}: one node of three, in a cluster that has three of both
  --faults a,b     how: ${faults.join(', ')} (default: all but none)
  --seconds S      how long what is stopped or frozen stays so; what is slow or full half as long (default: 30)
  --seed S         who says what (default: 1)
  --long N         messages of one conversation before the first cell (default: 5000)
  --home DIR       for the data of the engines (default: a folder beside other temporary ones)
  --port-offset N  added to the standard ports of the engines (default: 2000)
  --keep-engines   leaves the engines up: the next run in the same home begins sooner
  --write-docs     puts the rows of this run into docs/operations/outages.md
  --help           this text
`;

/** @throws UsageError with what is wrong; null: only the help is wanted */
export function parseOptions(argv: readonly string[]): OutageOptions | null {
  const { values } = parse(argv);
  if (values.help === true) return null;
  return {
    targets: placeable(values.only === undefined ? targets : listOf('--only', values.only, all)),
    faults: listOf('--faults', values.faults ?? usual.join(','), faults),
    seconds: whole('--seconds', values.seconds ?? '30', 1, 3_600),
    seed: whole('--seed', values.seed ?? '1', 1, 10_000),
    long: whole('--long', values.long ?? '5000', 1, 1_000_000),
    home: values.home ?? join(tmpdir(), 'parley-outages'),
    portOffset: whole('--port-offset', values['port-offset'] ?? '2000', 0, 50_000),
    keepEngines: values['keep-engines'] === true,
    writeDocs: values['write-docs'] === true,
  };
}

/** What one cluster can have: three nodes of the engines or one. */
function placeable(wanted: readonly Target[]): readonly Target[] {
  if (wanted.some(isNode) && !wanted.every(isNode))
    throw new UsageError(
      `--only: ${nodes.join(', ')} are of another cluster than the rest: break them in a run of their own`,
    );
  return wanted;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        only: { type: 'string' },
        faults: { type: 'string' },
        seconds: { type: 'string' },
        seed: { type: 'string' },
        long: { type: 'string' },
        home: { type: 'string' },
        'port-offset': { type: 'string' },
        'keep-engines': { type: 'boolean' },
        'write-docs': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function listOf<T extends string>(option: string, text: string, known: readonly T[]): readonly T[] {
  const wanted = text.split(',');
  return wanted.map((one) => {
    const found = known.find((each) => each === one);
    if (found === undefined) throw new UsageError(`${option}: ${JSON.stringify(one)} is none of ${known.join(', ')}`);
    return found;
  });
}

function whole(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new UsageError(`${option}: expected a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
  return value;
}
