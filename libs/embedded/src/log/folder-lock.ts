import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EventLogUnusable } from './log-file.js';

/** Held by the one writer of a folder. The operating system lets go of it when the process dies, however it dies. */
export interface FolderLock {
  release(): void;
}

/** @throws EventLogUnusable when another process, or another part of this one, writes in this folder. */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const db = new DatabaseSync(join(folder, 'lock.db'));
  try {
    db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    const code = (error as { errcode?: number }).errcode;
    if (code !== 5) throw error;
    throw new EventLogUnusable(
      `the event log in ${folder} is in use by another process: only one may write. Stop it, or choose another folder`,
    );
  }
  return { release: () => db.close() };
}
