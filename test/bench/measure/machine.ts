import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { Histogram } from './histogram.js';
import { nowMicros } from './stamped-text.js';

/** One line each on the machine, the versions and the disk under `directory`: without them figures say little. */
export function machineFacts(directory: string): string[] {
  const disk = syncTimes(directory);
  const load = loadavg()[0] ?? 0;
  return [
    `machine: ${cpus()[0]?.model.trim() ?? 'unknown CPU'} (${arch()}), ${availableParallelism()} cores, ` +
      `${(totalmem() / 2 ** 30).toFixed(1)} GiB, ${type()} ${release()}, load before the run ${load.toFixed(2)}`,
    `versions: Node ${process.versions.node}, V8 ${process.versions.v8}, ws ${versionOf('ws')}`,
    `disk: append and fdatasync of 4 KiB takes p50 ${disk.p50} µs, p99 ${disk.p99} µs (${disk.count} tries)`,
  ];
}

function versionOf(name: string): string {
  const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

function syncTimes(directory: string) {
  const path = join(directory, `sync-times-${process.pid}`);
  const file = openSync(path, 'w');
  const block = Buffer.alloc(4_096, 'x');
  const times = new Histogram();
  for (let n = 0; n < 200; n += 1) {
    const before = nowMicros();
    writeSync(file, block);
    fdatasyncSync(file);
    times.record(nowMicros() - before);
  }
  closeSync(file);
  rmSync(path);
  return times.summary();
}
