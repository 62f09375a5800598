import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../engine/random.js';

/** Of one world: in memory where there is such a folder, as no run needs its files afterwards. */
export const worldFolder = (): string => {
  const memory = '/dev/shm';
  return mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'parley-world-'));
};

export const removeWorldFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/**
 * The folder of one server's projections. Each life of the server works on a copy, so what a dead one still writes goes
 * nowhere. A killed process loses nothing that it wrote. A machine without power loses what was not written through: the
 * ends of SQLite's write-ahead logs, each at a place of its own, in the middle of a page too.
 */
export class Folder {
  readonly #root: string;
  #life = 0;
  /** Bytes of each write-ahead log that are known to be on the disk. */
  #safe = new Map<string, number>();

  constructor(
    root: string,
    private readonly random: Random,
  ) {
    this.#root = root;
    mkdirSync(join(this.path, 'read'), { recursive: true });
  }

  get path(): string {
    return join(this.#root, String(this.#life));
  }

  /** To be called at the moment of the crash, before anything is closed. */
  crash(powerCut: boolean): void {
    const from = join(this.path, 'read');
    const old = this.path;
    this.#life++;
    const to = join(this.path, 'read');
    mkdirSync(to, { recursive: true });
    const safe = new Map<string, number>();
    for (const file of readdirSync(from).filter((name) => !name.endsWith('-shm'))) {
      copyFileSync(join(from, file), join(to, file));
      if (!file.endsWith('-wal')) continue;
      const { size } = statSync(join(to, file));
      const least = Math.min(this.#safe.get(file) ?? 0, size);
      if (powerCut) truncateSync(join(to, file), least + this.random.below(size - least + 1));
      safe.set(file, powerCut ? statSync(join(to, file)).size : least);
    }
    this.#safe = safe;
    rmSync(old, { recursive: true, force: true });
  }
}
