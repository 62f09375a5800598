// Data folders on small disks of their own, so that a disk can be full without filling the machine's.
import { execFile } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { folder } from './layout.mjs';

const run = promisify(execFile);
const SOURCE = 'parley-small-disk';
const BALLAST = 'ballast';
const CHUNK = Buffer.alloc(1024 * 1024, 1);

/** Whether a small disk is mounted there. */
export function isSmallDisk(path) {
  // Mount points are escaped in this file: a space is \040.
  const escaped = path.replaceAll(' ', '\\040');
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.some((line) => line.split(' ')[4] === escaped && line.includes(` ${SOURCE} `));
}

/**
 * Mounts a file system in memory over the folder; it must be empty. What is there is gone after `unmountSmallDisk`.
 * @throws Error where the machine does not allow it: only root may mount.
 */
export async function mountSmallDisk(path, sizeMiB) {
  folder(path);
  if (isSmallDisk(path)) return;
  if (readdirSync(path).length > 0) {
    throw new Error(`${path} has data on the large disk: take it away with --clean before --small-disks`);
  }
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m,mode=0777`, SOURCE, path]);
  } catch (error) {
    throw new Error(`this machine does not let us mount a small disk (root may): ${error.stderr ?? error.message}`, {
      cause: error,
    });
  }
}

export async function unmountSmallDisk(path) {
  if (isSmallDisk(path)) await run('umount', [path]);
}

/** Writes until the disk takes no more. Returns the MiB written. */
export function fill(path) {
  const file = openSync(join(path, BALLAST), 'a');
  let bytes = 0;
  try {
    // A byte at a time at the end: nothing that is left would hold even a small record.
    for (let size = CHUNK.length; size >= 1;) {
      try {
        bytes += writeSync(file, CHUNK, 0, size);
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
        size = Math.floor(size / 16);
      }
    }
  } finally {
    closeSync(file);
  }
  return Math.round(bytes / CHUNK.length);
}

export const empty = (path) => rmSync(join(path, BALLAST), { force: true });
