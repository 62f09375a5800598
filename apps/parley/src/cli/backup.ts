import { backUp, EventLogDamaged, EventLogUnusable, restore, type BackupResult } from '@parley/embedded';
import { loadConfig } from '@parley/platform';
import { parseArguments } from './arguments.js';
import { ExpectedFailure, UsageError } from './errors.js';

const tell = (step: string): void => void process.stderr.write(`${step} …\n`);

/** Copies a folder, whether a server runs on it or not. Exit codes: 0 whole and checked, 1 nothing was made, 2 wrong use. */
export async function backupFolder(argv: readonly string[]): Promise<number> {
  const { words, flags } = parseArguments(argv);
  const { to, ...settings } = flags;
  if (words.length > 0 || to === undefined) throw new UsageError('Usage: parley backup --to DIR [--data-dir DIR]');
  const { dataDir } = loadConfig(process.env, settings);
  return done(() => backUp(dataDir, to, tell), `${dataDir} is in ${to}`);
}

export async function restoreFolder(argv: readonly string[]): Promise<number> {
  const { words, flags } = parseArguments(argv);
  const { from, ...settings } = flags;
  if (words.length > 0 || from === undefined) throw new UsageError('Usage: parley restore --from DIR [--data-dir DIR]');
  const { dataDir } = loadConfig(process.env, settings);
  return done(() => restore(from, dataDir, tell), `${from} is in ${dataDir}`);
}

async function done(work: () => Promise<BackupResult>, what: string): Promise<number> {
  try {
    const { events } = await work();
    console.log(`${what}: ${events} events, every one checked.`);
    return 0;
  } catch (error) {
    const { code, message, errcode } = error as NodeJS.ErrnoException & { errcode?: number };
    const isExpected = error instanceof EventLogUnusable || error instanceof EventLogDamaged;
    throw isExpected || code !== undefined || errcode !== undefined ? new ExpectedFailure(message) : error;
  }
}
