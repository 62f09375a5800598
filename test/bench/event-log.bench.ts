/**
 * How fast the embedded event log is on this disk, beside a bare file: `node test/dist/bench/event-log.bench.js
 * [folder] [events already in the log]`. One line a figure.
 */
import type { AppendRequest } from '@parley/ports';
import { openEventLog, type EmbeddedEventLog } from '@parley/embedded';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';

const streams = Array.from({ length: 100 }, (_, i) => `conversation-cnv_${String(i).padStart(22, '0')}`);
const data = JSON.stringify({ sequence: 1, text: 'x'.repeat(240) });
const metadata = JSON.stringify({ actorId: 'usr_0000000000000000000000', correlationId: 'y'.repeat(36) });
const request = (i: number): AppendRequest => ({
  stream: streams[i % streams.length] as string,
  expected: 'any',
  events: [{ eventId: randomUUID(), type: 'MessageSent.v1', data, metadata, time: 1_700_000_000_000 }],
});

const at = (sorted: readonly number[], q: number): string =>
  `${(sorted[Math.floor(sorted.length * q)] as number).toFixed(3)} ms`;
const print = (name: string, text: string): void => console.log(`${name.padEnd(44)} ${text}`);

/** CPU seconds of each thread by its name, from Linux; empty elsewhere. */
function threadSeconds(): Map<string, number> {
  const seconds = new Map<string, number>();
  try {
    for (const id of readdirSync('/proc/self/task')) {
      const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
      const name = id === String(process.pid) ? 'main' : stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      const [user, system] = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .slice(11, 13)
        .map(Number);
      seconds.set(name, (seconds.get(name) ?? 0) + ((user ?? 0) + (system ?? 0)) / 100);
    }
  } catch {
    // No /proc.
  }
  return seconds;
}

async function saturate(log: EmbeddedEventLog, total: number, inFlight: number): Promise<number> {
  let next = 0;
  const started = performance.now();
  const lane = async (): Promise<void> => {
    while (next < total) await log.append(request(next++));
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return (performance.now() - started) / 1000;
}

async function rate(log: EmbeddedEventLog, inFlight: number, total: number): Promise<void> {
  const before = threadSeconds();
  const seconds = await saturate(log, total, inFlight);
  const cpu = [...threadSeconds()]
    .map(([name, s]) => [name, ((s - (before.get(name) ?? 0)) * 1e6) / total] as const)
    .filter(([, us]) => us >= 0.1)
    .map(([name, us]) => `${name} ${us.toFixed(1)}`);
  print(
    `${inFlight} appends in flight`,
    `${Math.round(total / seconds)} a second; us CPU an append: ${cpu.join(', ')}`,
  );
}

async function lone(log: EmbeddedEventLog, count: number): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await log.append(request(i));
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  print('lone append', `p50 ${at(times, 0.5)}, p99 ${at(times, 0.99)}`);
}

function bareFile(folder: string, count: number): void {
  const file = openSync(join(folder, 'bare'), 'w');
  const page = Buffer.alloc(4096, 1);
  for (let i = 0; i < count; i++) writeSync(file, page, 0, 4096, i * 4096);
  fsyncSync(file);
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    writeSync(file, page, 0, 4096, i * 4096);
    fdatasyncSync(file);
    times.push(performance.now() - started);
  }
  closeSync(file);
  times.sort((a, b) => a - b);
  print('bare write + fdatasync, laid-out file', `p50 ${at(times, 0.5)}, p99 ${at(times, 0.99)}`);
}

/** From the append's answer to the event in a subscriber's hands; below zero when the subscriber is first. */
async function wake(log: EmbeddedEventLog, count: number): Promise<void> {
  const { lastPosition: after } = await log.info();
  const batches = log.subscribe({ after })[Symbol.asyncIterator]();
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const seen = batches.next().then(() => performance.now());
    await log.append(request(i));
    const answered = performance.now();
    times.push((await seen) - answered);
  }
  await batches.return?.();
  times.sort((a, b) => a - b);
  print('subscriber after the answer', `p50 ${at(times, 0.5)}, p99 ${at(times, 0.99)}`);
}

async function readEverything(log: EmbeddedEventLog): Promise<void> {
  const started = performance.now();
  const { lastPosition } = await log.info();
  for await (const { live } of log.subscribe({ after: 0 })) if (live) break;
  const seconds = (performance.now() - started) / 1000;
  print('subscription over the past', `${Math.round(lastPosition / seconds)} events a second`);
}

export async function benchEventLog(under: string, filled: number): Promise<void> {
  mkdirSync(under, { recursive: true });
  const folder = mkdtempSync(join(under, 'parley-bench-'));
  const log = await openEventLog(folder);
  try {
    if (filled > 0) await saturate(log, filled, 4_096);
    await log.append(request(0));
    bareFile(folder, 2_000);
    await lone(log, 2_000);
    bareFile(folder, 2_000);
    await lone(log, 2_000);
    await wake(log, 1_000);
    for (const inFlight of [8, 64, 256, 1_024]) await rate(log, inFlight, Math.min(200_000, inFlight * 1_000));
    await readEverything(log);
    print('memory', `${Math.round(process.memoryUsage().rss / 1_048_576)} MiB resident`);
  } finally {
    await log.close();
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await benchEventLog(process.argv[2] ?? tmpdir(), Number(process.argv[3] ?? 0));
}
