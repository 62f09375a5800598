import {
  closeSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
  writev,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LOG_START } from './storage.js';
import type { Storage } from './storage.js';

const MAGIC = Buffer.from('compatible-node1');
const BLOCK = 1 << 16;
const CACHED_BLOCKS = 256;

const sync = promisify(fdatasync);

/**
 * One append-only file, `events.log`, written by one process. What `append` has acknowledged has been synced to the
 * disk and survives `kill -9` and a power cut.
 */
export class FileStorage implements Storage {
  readonly #descriptor: number;
  /** Whole blocks that will not change any more, newest use last. */
  readonly #blocks = new Map<number, Buffer>();
  #length: number;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#descriptor = openSync(join(directory, 'events.log'), 'a+');
    this.#length = fstatSync(this.#descriptor).size;
    if (this.#length < LOG_START) {
      ftruncateSync(this.#descriptor, 0);
      writeSync(this.#descriptor, MAGIC);
      fsyncSync(this.#descriptor);
      syncDirectory(directory);
      this.#length = LOG_START;
    } else if (!this.#readUncached(0, LOG_START).equals(MAGIC)) {
      closeSync(this.#descriptor);
      throw new Error(`${join(directory, 'events.log')} is no log of a compatible node`);
    }
  }

  get length(): number {
    return this.#length;
  }

  async append(frames: readonly Buffer[]): Promise<void> {
    await writeAll(this.#descriptor, frames);
    await sync(this.#descriptor);
    for (const frame of frames) this.#length += frame.length;
  }

  read(offset: number, length: number): Buffer {
    const number = Math.floor(offset / BLOCK);
    const from = offset - number * BLOCK;
    const within = from + length <= BLOCK && (number + 1) * BLOCK <= this.#length;
    return within ? this.#block(number).subarray(from, from + length) : this.#readUncached(offset, length);
  }

  truncate(offset: number): void {
    ftruncateSync(this.#descriptor, offset);
    fsyncSync(this.#descriptor);
    this.#blocks.clear();
    this.#length = offset;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #block(number: number): Buffer {
    const block = this.#blocks.get(number) ?? this.#readUncached(number * BLOCK, BLOCK);
    this.#blocks.delete(number);
    this.#blocks.set(number, block);
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= CACHED_BLOCKS) break;
      this.#blocks.delete(oldest);
    }
    return block;
  }

  #readUncached(offset: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(length);
    let read = 0;
    while (read < length) {
      const some = readSync(this.#descriptor, buffer, read, length - read, offset + read);
      if (some === 0) throw new Error(`the log ends at ${String(offset + read)}, within a record`);
      read += some;
    }
    return buffer;
  }
}

/** As many system calls as it takes: one `writev` may write only a part. */
async function writeAll(descriptor: number, frames: readonly Buffer[]): Promise<void> {
  // IOV_MAX is 1,024 on Linux.
  let rest = frames.length > 1_000 ? [Buffer.concat(frames)] : [...frames];
  while (rest.length > 0) {
    const current = rest;
    let written = await new Promise<number>((resolve, reject) => {
      writev(descriptor, current, (error, bytes) => (error === null ? resolve(bytes) : reject(error)));
    });
    rest = [];
    for (const frame of current) {
      if (written < frame.length) rest.push(frame.subarray(written));
      written = Math.max(0, written - frame.length);
    }
  }
}

/** The file's name is durable only with the directory that holds it. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
