import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface SnapshotRow {
  readonly stream: string;
  readonly version: number;
  readonly revision: number;
  readonly state: string;
}

/**
 * Apart from the log, so that snapshots never share its commits. Everything in it can be made anew from the log: a
 * damaged file is thrown away without asking.
 */
export function openSnapshots(folder: string): DatabaseSync {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'snapshots.db');
  try {
    return open(path);
  } catch (error) {
    const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
    if (code !== 11 && code !== 26) throw error;
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    return open(path);
  }
}

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;
      CREATE TABLE IF NOT EXISTS snapshots (
        stream TEXT NOT NULL, version INTEGER NOT NULL, revision INTEGER NOT NULL, state TEXT NOT NULL,
        PRIMARY KEY (stream, version)) STRICT, WITHOUT ROWID`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
