import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Load, LoadResult } from './load.js';
import { machineFacts } from './machine.js';
import { runLoad } from './run-load.js';
import { startServer } from './server-process.js';
import { formatTable, type Row } from './table.js';

/** Measures the yardstick alone: `node try-yardstick.js [--seconds 5] [--warm-up 2] [--directory /tmp]`. */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    'warm-up': { type: 'string', default: '2' },
    directory: { type: 'string', default: tmpdir() },
  },
});
const length = { warmUpSeconds: Number(values['warm-up']), seconds: Number(values.seconds), textBytes: 100 };

const LOADS: Record<string, Load> = {
  'saturated, 50 pairs x 4': { scene: { kind: 'pairs', pairs: 50 }, pace: { kind: 'closed', inFlight: 4 }, ...length },
  'saturated, 4 pairs x 1': { scene: { kind: 'pairs', pairs: 4 }, pace: { kind: 'closed', inFlight: 1 }, ...length },
  'steady, 200/s in 50 pairs': {
    scene: { kind: 'pairs', pairs: 50 },
    pace: { kind: 'steady', perSecond: 200 },
    ...length,
  },
  'saturated, group of 200, 4 senders x 1': {
    scene: { kind: 'group', members: 200, senders: 4 },
    pace: { kind: 'closed', inFlight: 1 },
    ...length,
  },
};

const directory = mkdtempSync(join(values.directory, 'yardstick-'));
console.log(machineFacts(directory).join('\n'));
for (const [name, load] of Object.entries(LOADS)) {
  console.log(`\n${name}\n${formatTable(rowsOf(await measure(load)))}`);
}
rmSync(directory, { recursive: true });

/** Each load gets a relay and a file of its own. */
async function measure(load: Load): Promise<LoadResult> {
  const file = join(directory, 'messages.log');
  rmSync(file, { force: true });
  const relay = await startServer(new URL('../yardstick/main.js', import.meta.url), ['--port', '0', '--file', file]);
  try {
    return await runLoad({
      targetModule: new URL('yardstick-target.js', import.meta.url).href,
      targetOptions: { port: relay.ready.port },
      load,
      watchPids: [relay.pid],
    });
  } finally {
    await relay.stop();
  }
}

function rowsOf(result: LoadResult): Row[] {
  const [relay] = result.servers;
  return [
    { what: 'accepted', value: result.acceptedPerSecond, unit: '/s' },
    { what: 'delivered', value: result.deliveredPerSecond, unit: '/s' },
    { what: 'acceptance p50', value: result.acceptance.p50 / 1_000, unit: 'ms' },
    { what: 'acceptance p99', value: result.acceptance.p99 / 1_000, unit: 'ms' },
    { what: 'delivery p50', value: result.delivery.p50 / 1_000, unit: 'ms' },
    { what: 'delivery p99', value: result.delivery.p99 / 1_000, unit: 'ms' },
    { what: 'delivery max', value: result.delivery.max / 1_000, unit: 'ms' },
    { what: 'generator late p99', value: result.lateness.p99 / 1_000, unit: 'ms' },
    { what: 'server CPU by accepted message', value: result.serverMicrosPerAccepted, unit: 'µs' },
    { what: 'server CPU', value: (relay?.cpuSeconds ?? 0) / result.seconds, unit: 'cores' },
    { what: 'generator CPU', value: result.generator.cpuSeconds / result.seconds, unit: 'cores' },
    { what: 'server memory', value: (relay?.rssBytes ?? 0) / 2 ** 20, unit: 'MiB' },
    { what: 'accepted, whole run', value: result.accepted, unit: '' },
    { what: 'missing', value: result.missing, unit: '', goal: { atMost: 0 } },
    { what: 'out of order or twice', value: result.backwards, unit: '', goal: { atMost: 0 } },
    { what: 'unanswered', value: result.unanswered, unit: '', goal: { atMost: 0 } },
  ];
}
