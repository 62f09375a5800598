import { EventLogDamaged, EventLogUnusable } from '@parley/embedded';
import { loadConfig, type ParleyConfig } from '@parley/platform';
import {
  type Check,
  checks,
  deviceChecks,
  type DeviceReport,
  type Difference,
  LedgerUnreadable,
  type Progress,
  type Report,
  verify,
  verifyDevices,
} from '@parley/verifier';
import { openVerifySources, type VerifySources } from '../composition/verify-sources.js';
import { parseArguments } from './arguments.js';
import { ExpectedFailure, UsageError } from './errors.js';
import { ledgersIn } from './ledgers.js';
import { projectionsToRebuild, rebuildAll } from './repair.js';

const usage = 'Usage: parley verify [--json] [--repair] [--examples 20] [--device-logs DIR] [--data-dir DIR]';
const repairElsewhere =
  '--repair is for the embedded profile. In a cluster ask any process: POST /v1/admin/projections/{name}/rebuild.';
/** Rebuilding what others are put together from, and then these themselves. */
const mostRepairs = 2;
const tellEveryMs = 1_000;

/**
 * Exit codes: 0 all is as the log says (with `--repair`: now), 1 something differs, 2 wrong use.
 */
export async function verifyFolder(argv: readonly string[]): Promise<number> {
  const { words, flags } = parseArguments(argv, new Set(['json', 'repair']));
  const { json, repair, examples = '20', 'device-logs': deviceLogs, ...settings } = flags;
  const isWrong = words.length > 0 || !/^\d{1,6}$/.test(examples) || (json === 'true' && repair === 'true');
  if (isWrong) throw new UsageError(usage);
  const config = loadConfig(process.env, settings);
  if (repair === 'true' && config.cassandraUrl !== '') throw new UsageError(repairElsewhere);
  const ledgers = deviceLogs === undefined ? null : ledgersIn(deviceLogs);
  const look = (): Promise<Looked> => lookAt(config, Number(examples), ledgers);
  let looked = await look();
  if (json === 'true') console.log(JSON.stringify({ ...looked.report, devices: looked.devices }));
  else tellLooked(looked);
  for (let left = repair === 'true' ? mostRepairs : 0; left > 0; left--) {
    const names = projectionsToRebuild(looked.report);
    if (names.length === 0) break;
    await rebuildAll(names, settings);
    console.log('');
    looked = await look();
    tellLooked(looked);
  }
  if (repair === 'true' && looked.report.different.E > 0)
    console.log('\nThe log itself is not repaired: see docs/operations/backup.md.');
  return looked.report.isClean && looked.devices?.isClean !== false ? 0 : 1;
}

interface Looked {
  readonly report: Report;
  readonly seconds: number;
  readonly devices: DeviceReport | null;
}

async function lookAt(
  config: ParleyConfig,
  examples: number,
  ledgers: ReturnType<typeof ledgersIn> | null,
): Promise<Looked> {
  const sources = await open(config);
  const { log, rows } = sources;
  try {
    const began = performance.now();
    const options = { log, examples, tell: progress() };
    const report = await verify({ ...options, rows });
    const seconds = (performance.now() - began) / 1_000;
    return { report, seconds, devices: ledgers === null ? null : await verifyDevices({ ...options, ledgers }) };
  } catch (error) {
    const isExpected = error instanceof LedgerUnreadable || error instanceof EventLogDamaged;
    throw isExpected ? new ExpectedFailure(error.message) : error;
  } finally {
    await sources.close();
  }
}

async function open(config: ParleyConfig): Promise<VerifySources> {
  try {
    return await openVerifySources(config);
  } catch (error) {
    throw error instanceof EventLogUnusable ? new ExpectedFailure(error.message) : error;
  }
}

function tellLooked({ report, seconds, devices }: Looked): void {
  tell(report, seconds);
  if (devices !== null) tellDevices(devices);
}

/** A line a second at most, on standard error. */
function progress(): (progress: Progress | { phase: 'ledgers'; done: number; total: number }) => void {
  let toldAt = performance.now();
  return ({ phase, done, total }) => {
    if (performance.now() - toldAt < tellEveryMs) return;
    toldAt = performance.now();
    const percent = Math.floor((done / Math.max(1, total)) * 100);
    process.stderr.write(phase === 'log' ? `log read: ${percent} %\n` : `${phase} compared: ${done} of ${total}\n`);
  };
}

const words: Readonly<Record<Check, string>> = {
  E: 'events of the log by themselves',
  H: 'messages and notices of the history',
  M: 'memberships',
  W: 'watermarks, of devices too, and receipts',
  I: 'entries of inboxes, and settings',
  S: 'messages in search',
  P: 'what devices that were away are told',
  A1: 'accepted is in the log, nothing left out',
  A2: 'received is what was sent',
  A3: 'nothing twice',
  A4: 'one order',
  A5: 'watermarks only rise',
  A6: 'unread is exact',
  A7: 'devices end as the log says',
  A9: 'nobody saw what is not theirs',
};

type Counts = Pick<Report, 'compared' | 'different' | 'examples'>;

/** How many differences there are. */
function tellChecks(of: readonly Check[], { compared, different, examples }: Counts): number {
  for (const check of of) {
    const result = different[check] === 0 ? '✓' : `✗ ${different[check]} different`;
    console.log(`  ${check.padEnd(2)} ${words[check].padEnd(40)} ${String(compared[check]).padStart(10)}  ${result}`);
  }
  for (const example of examples) tellDifference(example);
  return of.reduce((sum, check) => sum + different[check], 0);
}

const tellDifference = ({ check, place, what, expected, found }: Difference): void =>
  console.log(`\n${check} ${place}: ${what}\n  log  ${expected ?? 'nothing'}\n  row  ${found ?? 'nothing'}`);

function tell(report: Report, seconds: number): void {
  const { events, conversations, unsettled } = report;
  const rate = Math.round(events / Math.max(seconds, 0.001));
  console.log(`${events} events, ${conversations} conversations, ${seconds.toFixed(1)} s (${rate} events a second)\n`);
  const differences = tellChecks(checks, report);
  for (const id of unsettled)
    console.log(`\n${id}: something happened at every look, so it is not known. Run it again.`);
  console.log(
    differences === 0
      ? `\nEverything${unsettled.length === 0 ? '' : ' else'} is as the log says.`
      : `\n${differences} differences.`,
  );
}

function tellDevices(report: DeviceReport): void {
  const { ledgers, entries, cutOff } = report;
  console.log(`\n${ledgers} ledgers of devices, ${entries} entries\n`);
  const differences = tellChecks(deviceChecks, report);
  if (cutOff.length > 0) {
    console.log(
      `\n${cutOff.length} devices were not closed while live, so how they ended is not known: ${cutOff.join(', ')}`,
    );
  }
  console.log(differences === 0 ? '\nDevices saw what the log says.' : `\n${differences} differences of devices.`);
}
