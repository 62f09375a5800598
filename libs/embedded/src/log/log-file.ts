import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { markPath, readMark } from './high-water-mark.js';

/**
 * `events` is the log itself and the only table that an append writes: its rows arrive in key order, so a commit of
 * many events is a handful of pages. The two index tables are filled behind it in sorted batches (see event-ids.ts and
 * stream-positions.ts); `indexed` says up to which position each is complete. They can always be made anew from `events`.
 */
const schema = `
  CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE types (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE events (
    position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, type INTEGER NOT NULL,
    time INTEGER NOT NULL, event_id TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL,
    checksum INTEGER) STRICT;
  CREATE TABLE event_ids (id BLOB PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE stream_positions (
    stream INTEGER NOT NULL, revision INTEGER NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (stream, revision)) STRICT, WITHOUT ROWID;
  CREATE TABLE indexed (name TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO indexed VALUES ('event_ids', 0), ('stream_positions', 0);
`;
const schemaVersion = 2;
/** From 1 to 2: events that are there already have no checksum, and are not checked. */
const addChecksums = 'ALTER TABLE events ADD COLUMN checksum INTEGER;';

/** The folder's log cannot be opened, and waiting does not help. The message says why and what to do. */
export class EventLogUnusable extends Error {
  override readonly name = 'EventLogUnusable';
}

export const logPath = (folder: string): string => join(folder, 'log.db');

/** The writing connection; makes folder, file and schema when missing. */
export function openForWriting(folder: string): DatabaseSync {
  mkdirSync(folder, { recursive: true });
  assertHeader(logPath(folder));
  return sayWhatIsBroken(folder, () => {
    const db = new DatabaseSync(logPath(folder));
    try {
      assertEngine(db);
      // Old pages are read through the mapping; a big cache of its own would be walked through at many a commit.
      db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;
               PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY;
               PRAGMA mmap_size = 2147418112; PRAGMA cache_size = -4096; PRAGMA cache_spill = OFF`);
      assertWhole(db, folder);
      migrate(db, folder);
      assertNothingLost(db, folder);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** A connection that only reads. The log must exist. */
export function openForReading(folder: string): DatabaseSync {
  if (!existsSync(logPath(folder))) throw new EventLogUnusable(`there is no event log in ${folder}`);
  return sayWhatIsBroken(folder, () => {
    const db = new DatabaseSync(logPath(folder), { readOnly: true });
    try {
      db.exec('PRAGMA busy_timeout = 5000; PRAGMA cache_size = -16384; PRAGMA query_only = 1');
      const version = versionOf(db);
      if (version < schemaVersion) {
        throw new EventLogUnusable(
          `the event log in ${folder} has schema ${version}: start the server once to renew it`,
        );
      }
      assertNothingLost(db, folder);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Every page and index; reads the whole file, so never part of a start. Answers what is wrong; empty: nothing. */
export function checkIntegrity(folder: string): readonly string[] {
  const db = openForReading(folder);
  try {
    const rows = db.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[];
    return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok');
  } finally {
    db.close();
  }
}

const versionOf = (db: DatabaseSync): number =>
  (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;

function migrate(db: DatabaseSync, folder: string): void {
  const version = versionOf(db);
  if (version > schemaVersion) {
    throw new EventLogUnusable(
      `the event log in ${folder} has schema ${version}; this build knows up to ${schemaVersion}: run a newer build`,
    );
  }
  if (version === schemaVersion) return;
  const steps = version === 0 ? schema : addChecksums;
  db.exec(`BEGIN IMMEDIATE; ${steps} PRAGMA user_version = ${schemaVersion}; COMMIT`);
}

function assertEngine(db: DatabaseSync): void {
  const { version } = db.prepare('SELECT sqlite_version() AS version').get() as { version: string };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 3 || (major === 3 && minor < 51)) throw new EventLogUnusable(`SQLite ${version} is too old: 3.51 needed`);
  const fts5 = db.prepare(`SELECT sqlite_compileoption_used('ENABLE_FTS5') AS used`).get() as { used: number };
  if (fts5.used !== 1) throw new EventLogUnusable('this Node was built without SQLite FTS5');
}

/** Finds a foreign or damaged file before SQLite makes a new log of an empty one or answers `file is not a database`. */
function assertHeader(path: string): void {
  if (!existsSync(path)) {
    if (existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0) {
      throw new EventLogUnusable(`${path} is missing but its write-ahead log is there: restore it from a backup`);
    }
    return;
  }
  const header = Buffer.alloc(16);
  const file = openSync(path, 'r');
  const read = readSync(file, header, 0, 16, 0);
  closeSync(file);
  if (read > 0 && header.toString('latin1') !== 'SQLite format 3\0') {
    throw new EventLogUnusable(`${path} is damaged or no event log (bad header): restore it from a backup`);
  }
}

/**
 * Cheap signs that committed pages are gone: a file shorter than its own page count, an index ahead of the events
 * (a write-ahead log that was cut off or deleted). `checkIntegrity` finds the rest.
 */
function assertWhole(db: DatabaseSync, folder: string): void {
  const { page_count: pages } = db.prepare('PRAGMA page_count').get() as { page_count: number };
  const { page_size: size } = db.prepare('PRAGMA page_size').get() as { page_size: number };
  const wal = statSync(`${logPath(folder)}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (wal === 0 && statSync(logPath(folder)).size < pages * size) {
    throw new EventLogUnusable(`${logPath(folder)} is cut off (${pages} pages expected): restore it from a backup`);
  }
  if (db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'indexed'`).get() === undefined) return;
  const gap = db
    .prepare('SELECT 1 FROM indexed WHERE position > (SELECT coalesce(max(position), 0) FROM events)')
    .get();
  if (gap !== undefined) {
    throw new EventLogUnusable(
      `${logPath(folder)}: its indexes are ahead of its events, so its write-ahead log was lost: restore from a backup`,
    );
  }
}

/** What was acknowledged is there: a write-ahead log that was cut off, emptied or damaged is a log that ends too early. */
function assertNothingLost(db: DatabaseSync, folder: string): void {
  const mark = readMark(folder);
  if (mark === null || mark.position === 0) return;
  const at = db.prepare('SELECT checksum FROM events WHERE position = ?').get(mark.position) as
    { checksum: number | null } | undefined;
  if (at !== undefined && (at.checksum ?? 0) === mark.checksum) return;
  const { last } = db.prepare('SELECT coalesce(max(position), 0) AS last FROM events').get() as { last: number };
  const what =
    at === undefined
      ? `it ends at event ${last}, but event ${mark.position} was acknowledged: the end of its write-ahead log was lost`
      : `event ${mark.position} is not the one that was acknowledged`;
  throw new EventLogUnusable(
    `${logPath(folder)}: ${what}. Restore it from a backup; if this older log is wanted, remove ${markPath(folder)}`,
  );
}

function sayWhatIsBroken<T>(folder: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const code = (error as { errcode?: number }).errcode;
    if (code === undefined) throw error;
    if ((code & 0xff) !== 11 && (code & 0xff) !== 26) throw error;
    throw new EventLogUnusable(
      `${logPath(folder)} is damaged (${(error as Error).message}): restore it from a backup`,
      {
        cause: error,
      },
    );
  }
}
