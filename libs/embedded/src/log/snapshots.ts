import type { SnapshotStore } from '@parley/ports';
import type { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import type { KeeperMessage } from './log-keeper.worker.js';
import { post } from './post.js';
import { openSnapshots, type SnapshotRow } from './snapshot-file.js';

/** Snapshots of one tick that are kept; the surplus is dropped, as a lost snapshot only costs time. */
const limit = 4_096;

/** Reads here, writes in the keeper's thread: a save costs the caller one element of a message. */
export class KeptSnapshots implements SnapshotStore {
  #db: DatabaseSync | null = null;
  #waiting: SnapshotRow[] = [];

  constructor(
    private readonly folder: string,
    private readonly keeper: Worker,
  ) {}

  // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous
  async load(stream: string, version: number): Promise<{ readonly revision: number; readonly state: string } | null> {
    try {
      this.#db ??= openSnapshots(this.folder);
      const row = this.#db
        .prepare('SELECT revision, state FROM snapshots WHERE stream = ? AND version = ?')
        .get(stream, version) as { revision: number; state: string } | undefined;
      return row === undefined ? null : { revision: row.revision, state: row.state };
    } catch {
      this.close();
      return null;
    }
  }

  save(stream: string, version: number, revision: number, state: string): void {
    if (this.#waiting.length >= limit) return;
    if (this.#waiting.length === 0) setImmediate(() => this.flush());
    this.#waiting.push({ stream, version, revision, state });
  }

  flush(): void {
    if (this.#waiting.length === 0) return;
    post(this.keeper, this.#waiting satisfies KeeperMessage);
    this.#waiting = [];
  }

  close(): void {
    this.#db?.close();
    this.#db = null;
  }
}
