import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { logPath } from './log-file.js';
import { post } from './post.js';
import { releaseStartupMemory } from '../release-startup-memory.js';
import { openSnapshots, type SnapshotRow } from './snapshot-file.js';

/** From the main thread. Answered by 'closed' after 'close'. */
export type KeeperMessage = readonly SnapshotRow[] | 'close';
export interface KeeperStart {
  readonly folder: string;
  readonly writer: MessagePort;
}

/**
 * What must not hold up a commit: copying the write-ahead log into the database, and snapshots. Both are best effort:
 * what fails here is tried again with the next request and costs time or space, never correctness.
 */
const { folder, writer } = workerData as KeeperStart;
const main = parentPort as MessagePort;
/** Milliseconds in which snapshots gather into one transaction. */
const gather = 50;
/** Passes of a checkpoint: each copies what was committed during the one before, so the rest shrinks. */
const passes = 4;
/** Frames that are left to the writer. */
const rest = 256;

let log: DatabaseSync | null = null;
let checkpoint: StatementSync | null = null;
let snapshots: DatabaseSync | null = null;
let save: StatementSync | null = null;
const waiting = new Map<string, SnapshotRow>();
let timer: NodeJS.Timeout | null = null;

function runCheckpoint(): void {
  try {
    checkpoint ??= openLog().prepare('PRAGMA wal_checkpoint(PASSIVE)');
    for (let pass = 0; pass < passes; pass++) {
      const { log: frames, checkpointed } = checkpoint.get() as { log: number; checkpointed: number };
      if (frames - checkpointed < rest) break;
    }
  } catch {
    log?.close();
    log = null;
    checkpoint = null;
  }
  post(writer, 'checkpointed');
}

function openLog(): DatabaseSync {
  log = new DatabaseSync(logPath(folder));
  log.exec('PRAGMA busy_timeout = 0; PRAGMA wal_autocheckpoint = 0');
  return log;
}

function writeSnapshots(): void {
  timer = null;
  const rows = [...waiting.values()];
  waiting.clear();
  try {
    snapshots ??= openSnapshots(folder);
    save ??= snapshots.prepare(
      `INSERT INTO snapshots VALUES (?, ?, ?, ?) ON CONFLICT (stream, version)
       DO UPDATE SET revision = excluded.revision, state = excluded.state WHERE excluded.revision > revision`,
    );
    snapshots.exec('BEGIN IMMEDIATE');
    for (const row of rows) save.run(row.stream, row.version, row.revision, row.state);
    snapshots.exec('COMMIT');
  } catch {
    snapshots?.close();
    snapshots = null;
    save = null;
  }
}

function onMessage(message: KeeperMessage): void {
  if (message === 'close') return close();
  for (const row of message) {
    const key = `${row.version} ${row.stream}`;
    const known = waiting.get(key);
    if (known === undefined || known.revision < row.revision) waiting.set(key, row);
  }
  timer ??= setTimeout(writeSnapshots, gather);
}

function close(): void {
  if (timer !== null) {
    clearTimeout(timer);
    writeSnapshots();
  }
  writer.close();
  log?.close();
  snapshots?.close();
  post(main, 'closed');
  main.close();
}

writer.on('message', runCheckpoint);
main.on('message', onMessage);
releaseStartupMemory();
