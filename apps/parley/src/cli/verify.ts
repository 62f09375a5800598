import { EventLogDamaged, EventLogUnusable, openLogReader, openReadModels } from '@parley/embedded';
import { loadConfig } from '@parley/platform';
import { checks, type Progress, type Report, verify } from '@parley/verifier';
import { parseArguments } from './arguments.js';
import { ExpectedFailure, UsageError } from './errors.js';

const usage = 'Usage: parley verify [--json] [--examples 20] [--data-dir DIR]';
const tellEveryMs = 1_000;

/** Exit codes: 0 all is as the log says, 1 something differs, 2 wrong use. */
export async function verifyFolder(argv: readonly string[]): Promise<number> {
  const { words, flags } = parseArguments(argv, new Set(['json']));
  const { json, examples = '20', ...settings } = flags;
  if (words.length > 0 || !/^\d{1,6}$/.test(examples)) throw new UsageError(usage);
  const { dataDir } = loadConfig(process.env, settings);
  const { log, rows } = open(dataDir);
  try {
    const began = performance.now();
    const report = await verify({ log, rows, examples: Number(examples), tell: progress() });
    if (json === 'true') console.log(JSON.stringify(report));
    else tell(report, (performance.now() - began) / 1_000);
    return report.isClean ? 0 : 1;
  } catch (error) {
    throw error instanceof EventLogDamaged ? new ExpectedFailure(error.message) : error;
  } finally {
    rows.close();
    log.close();
  }
}

function open(dataDir: string) {
  try {
    return { log: openLogReader(dataDir), rows: openReadModels(dataDir) };
  } catch (error) {
    throw error instanceof EventLogUnusable ? new ExpectedFailure(error.message) : error;
  }
}

/** A line a second at most, on standard error. */
function progress(): (progress: Progress) => void {
  let toldAt = performance.now();
  return ({ phase, done, total }) => {
    if (performance.now() - toldAt < tellEveryMs) return;
    toldAt = performance.now();
    const percent = Math.floor((done / Math.max(1, total)) * 100);
    process.stderr.write(
      phase === 'log' ? `log read: ${percent} %\n` : `conversations compared: ${done} of ${total}\n`,
    );
  };
}

const words: Readonly<Record<(typeof checks)[number], string>> = {
  E: 'events of the log by themselves',
  H: 'messages of the history',
  M: 'memberships',
  W: 'watermarks, and those of devices',
  I: 'entries of inboxes, and settings',
};

function tell({ events, conversations, compared, different, examples, unsettled }: Report, seconds: number): void {
  const rate = Math.round(events / Math.max(seconds, 0.001));
  console.log(`${events} events, ${conversations} conversations, ${seconds.toFixed(1)} s (${rate} events a second)\n`);
  for (const check of checks) {
    const result = different[check] === 0 ? '✓' : `✗ ${different[check]} different`;
    console.log(`  ${check}  ${words[check].padEnd(34)} ${String(compared[check]).padStart(10)}  ${result}`);
  }
  for (const { check, place, what, expected, found } of examples) {
    console.log(`\n${check} ${place}: ${what}\n  log  ${expected ?? 'nothing'}\n  row  ${found ?? 'nothing'}`);
  }
  for (const id of unsettled)
    console.log(`\n${id}: something happened at every look, so it is not known. Run it again.`);
  const total = checks.reduce((sum, check) => sum + different[check], 0);
  console.log(
    total === 0
      ? `\nEverything${unsettled.length === 0 ? '' : ' else'} is as the log says.`
      : `\n${total} differences.`,
  );
}
