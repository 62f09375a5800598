import { DatabaseSync } from 'node:sqlite';

const schemaVersion = 1;

const schema = `
  CREATE TABLE accounts (
    username TEXT PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    scopes TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE sessions (
    user_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    username TEXT NOT NULL,
    device_name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, device_id)
  ) STRICT, WITHOUT ROWID;
  -- Refresh tokens that were exchanged, until they would have expired: whoever shows one stole it, or was robbed.
  CREATE TABLE used_tokens (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX used_tokens_of_device ON used_tokens (user_id, device_id);
  CREATE INDEX used_tokens_by_expiry ON used_tokens (expires_at);
`;

/**
 * Opens accounts.db, making it at first use. A commit is on the disk when it returns (WAL, synchronous=FULL).
 * @throws Error when the file was made by a newer version
 */
export function openAccountFile(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 5_000 });
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
    const version = db.prepare('PRAGMA user_version').get()?.['user_version'];
    if (version === 0) db.exec(`BEGIN IMMEDIATE; ${schema} PRAGMA user_version = ${schemaVersion}; COMMIT`);
    else if (version !== schemaVersion) {
      throw new Error(`${path} has version ${String(version)}, this program knows ${schemaVersion}`);
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
