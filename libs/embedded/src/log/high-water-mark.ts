import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** Where the log ended after some commit. */
export interface Mark {
  readonly position: number;
  /** Of the event there; 0: the event has none. */
  readonly checksum: number;
}

export const markPath = (folder: string): string => join(folder, 'log.mark');
const size = 16;

/**
 * Beside the log, where it ended: a log that ends before has lost what was acknowledged. Written after each commit, so it
 * is never ahead of one; not synced with each, so it survives a killed process exactly and may be behind after a power
 * cut, when it can notice less but accuses nobody falsely.
 */
export class HighWaterMark {
  readonly #bytes = Buffer.alloc(size);
  readonly #file: number;
  #isSynced = true;

  constructor(folder: string) {
    const path = markPath(folder);
    this.#file = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600);
  }

  write({ position, checksum }: Mark): void {
    this.#bytes.writeBigUInt64LE(BigInt(position), 0);
    this.#bytes.writeUInt32LE(checksum, 8);
    this.#bytes.writeUInt32LE(crc32(this.#bytes.subarray(0, 12)), 12);
    writeSync(this.#file, this.#bytes, 0, size, 0);
    this.#isSynced = false;
  }

  /** For idle moments. */
  sync(): void {
    if (this.#isSynced) return;
    fdatasyncSync(this.#file);
    this.#isSynced = true;
  }

  close(): void {
    this.sync();
    closeSync(this.#file);
  }
}

/** null: there is none, or it was torn: it says nothing then. */
export function readMark(folder: string): Mark | null {
  const path = markPath(folder);
  if (!existsSync(path)) return null;
  const bytes = readFileSync(path);
  if (bytes.length < size || bytes.readUInt32LE(12) !== crc32(bytes.subarray(0, 12))) return null;
  return { position: Number(bytes.readBigUInt64LE(0)), checksum: bytes.readUInt32LE(8) };
}

export const removeMark = (folder: string): void => rmSync(markPath(folder), { force: true });
