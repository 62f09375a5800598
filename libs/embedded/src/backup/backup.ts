import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openLogReader } from '../log/event-log.js';
import { checkIntegrity, EventLogUnusable, logPath } from '../log/log-file.js';
import { removeMark } from '../log/high-water-mark.js';
import { syncPath } from './sync-path.js';

export interface BackupResult {
  readonly events: number;
  readonly lastPosition: number;
}

/** What a step is, as it begins; of a count: how far it is. */
export type TellBackup = (step: string) => void;

/** In this order: an account without its person's events is what a crash in mid-registration leaves, too. */
const databases = ['log.db', 'accounts.db'] as const;
const others = ['secret'] as const;
const pageSize = 1_024;
const tellEvery = 100_000;

/**
 * Copies log, accounts and secret of a folder, whether a server runs on it or not, into a new folder that is only there
 * once it is whole and was checked. What was acknowledged before the call is in it. Rows of projections are left out: they
 * are made of the log at the first start. Needs as much free disk as the log has, and while it runs the write-ahead log
 * grows.
 * @throws EventLogUnusable when there is nothing to copy, the target is taken, or the log is damaged
 */
export async function backUp(dataDir: string, to: string, tell: TellBackup): Promise<BackupResult> {
  if (!existsSync(logPath(dataDir))) throw new EventLogUnusable(`there is no event log in ${dataDir}`);
  assertFree(to);
  const part = `${to}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true, mode: 0o700 });
  try {
    // Says what is lost or damaged before it is copied as if it were whole.
    openLogReader(dataDir).close();
    for (const name of databases) {
      if (!existsSync(join(dataDir, name))) continue;
      tell(`copying ${name}`);
      copyDatabase(join(dataDir, name), join(part, name));
    }
    copyOthers(dataDir, part);
    const result = await checkBackup(part, tell);
    writeFileSync(join(part, 'backup.json'), `${JSON.stringify(result)}\n`, { flush: true });
    if (existsSync(to)) rmSync(to, { recursive: true });
    renameSync(part, to);
    syncPath(join(to, '..'));
    return result;
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Makes a data folder of a backup, after checking it. The log comes last: a folder without it is not taken for whole.
 * @throws EventLogUnusable when the backup is damaged or the folder has a log already
 */
export async function restore(from: string, dataDir: string, tell: TellBackup): Promise<BackupResult> {
  if (!existsSync(join(from, 'backup.json'))) throw new EventLogUnusable(`there is no whole backup in ${from}`);
  if (existsSync(logPath(dataDir))) {
    throw new EventLogUnusable(`${dataDir} has an event log already: choose another folder, or move it away`);
  }
  const result = await checkBackup(from, tell);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  tell('copying');
  removeMark(dataDir);
  copyOthers(from, dataDir);
  for (const name of databases.toReversed()) {
    if (!existsSync(join(from, name))) continue;
    copyFileSync(join(from, name), join(dataDir, `${name}.part`));
    syncPath(join(dataDir, `${name}.part`));
    renameSync(join(dataDir, `${name}.part`), join(dataDir, name));
  }
  syncPath(dataDir);
  return result;
}

/** One read transaction: a state that was committed as a whole, whatever is written meanwhile. */
function copyDatabase(from: string, to: string): void {
  const db = new DatabaseSync(from, { readOnly: true, timeout: 5_000 });
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } finally {
    db.close();
  }
  chmodSync(to, 0o600);
  syncPath(to);
}

function copyOthers(from: string, to: string): void {
  for (const name of others) {
    if (!existsSync(join(from, name))) continue;
    copyFileSync(join(from, name), join(to, name));
    chmodSync(join(to, name), 0o600);
    syncPath(join(to, name));
  }
}

/** Every page, every event by its checksum, every position. */
async function checkBackup(folder: string, tell: TellBackup): Promise<BackupResult> {
  tell('checking pages');
  const damage = checkIntegrity(folder);
  if (damage.length > 0) throw new EventLogUnusable(`the copy in ${folder} is damaged: ${damage.join('; ')}`);
  const log = openLogReader(folder);
  try {
    const { lastPosition } = await log.info();
    let events = 0;
    for (let after = 0, atEnd = lastPosition === 0; !atEnd;) {
      const page = await log.readAll({ after, limit: pageSize });
      if (Math.floor(events / tellEvery) < Math.floor((events + page.events.length) / tellEvery)) {
        tell(`checking events: ${page.considered} of ${lastPosition}`);
      }
      events += page.events.length;
      after = page.considered;
      ({ atEnd } = page);
    }
    if (events !== lastPosition) throw new EventLogUnusable(`${folder} has ${events} of ${lastPosition} events`);
    return { events, lastPosition };
  } finally {
    log.close();
  }
}

function assertFree(to: string): void {
  if (existsSync(to) && readdirSync(to).length > 0) {
    throw new EventLogUnusable(`${to} is not empty: a backup never overwrites anything`);
  }
}
