import { closeSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ProjectionName } from '@parley/ports';
import type { SqliteProjection } from './sqlite-projection.js';

/** One generation of one projection: a file that can be dropped and built again from the log. */
export const projectionFile = (folder: string, name: ProjectionName, generation: number): string =>
  join(folder, `${name}.${generation}.db`);

const common = `
  CREATE TABLE progress (position INTEGER NOT NULL) STRICT;
  INSERT INTO progress VALUES (0);
  CREATE TABLE parked (
    position INTEGER PRIMARY KEY, stream TEXT NOT NULL, type TEXT NOT NULL, reason TEXT NOT NULL,
    parked_at INTEGER NOT NULL) STRICT;
`;

/**
 * The writing connection of a serving projection. A commit survives a killed process; a power cut may take the last
 * commits, rows and checkpoint together, and they are projected again.
 */
export function openProjection(path: string, projection: SqliteProjection): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;
           PRAGMA busy_timeout = 1000; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY`);
  if (!hasTables(db)) {
    db.exec(`BEGIN IMMEDIATE; ${common} ${projection.schema} ${projection.readIndexes} COMMIT`);
  }
  return db;
}

/** For building from zero at full speed: nothing is safe before `finishBuilding`; a half-built file is thrown away. */
export function openForBuilding(path: string, projection: SqliteProjection): DatabaseSync {
  removeProjection(path);
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
           PRAGMA cache_size = -131072; PRAGMA temp_store = MEMORY`);
  db.exec(`BEGIN IMMEDIATE; ${common} ${projection.schema} COMMIT`);
  return db;
}

/** Makes the read indexes and everything durable; closes the connection. */
export function finishBuilding(db: DatabaseSync, path: string, projection: SqliteProjection): void {
  if (projection.readIndexes !== '') db.exec(`BEGIN IMMEDIATE; ${projection.readIndexes} COMMIT`);
  db.close();
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

export function removeProjection(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}

/** Bytes on disk, write-ahead log included; 0 when missing. */
export const projectionBytes = (path: string): number =>
  ['', '-wal'].reduce((sum, suffix) => sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0);

const hasTables = (db: DatabaseSync): boolean =>
  db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'progress'`).get() !== undefined;
