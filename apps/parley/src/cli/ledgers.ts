import type { Ledger } from '@parley/verifier';
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ExpectedFailure } from './errors.js';

/** Every `*.ndjson` of a folder, one file a device. @throws ExpectedFailure when there is none */
export function ledgersIn(folder: string): readonly Ledger[] {
  const names = filesOf(folder).filter((name) => name.endsWith('.ndjson'));
  if (names.length === 0) throw new ExpectedFailure(`no ledgers (*.ndjson) in ${folder}`);
  return names.toSorted().map((name) => ({ name, lines: () => linesOf(join(folder, name)) }));
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    throw new ExpectedFailure(`cannot read the folder ${folder} of --device-logs`);
  }
}

const linesOf = (path: string): AsyncIterable<string> =>
  createInterface({ input: createReadStream(path), crlfDelay: Infinity });
