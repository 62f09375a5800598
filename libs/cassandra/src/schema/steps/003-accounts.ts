import type { MigrationStep } from '../step.js';

/** Secrets of log-in. Written by lightweight transactions only, so that their timestamps never meet those of clients. */
export const accounts: MigrationStep = {
  id: 3,
  name: 'accounts',
  statements: [
    `CREATE TABLE IF NOT EXISTS accounts (
       username text PRIMARY KEY,
       user_id text,
       password_hash text,
       created_at bigint,
       scopes text
     ) WITH comment = 'scopes: a JSON array'`,
    `CREATE TABLE IF NOT EXISTS account_names (
       user_id text PRIMARY KEY,
       username text
     ) WITH comment = 'the account of a user id; claimed before the account is made'`,
    `CREATE TABLE IF NOT EXISTS device_sessions (
       user_id text,
       device_id text,
       family uuid,
       username text,
       device_name text,
       token_hash text,
       created_at bigint,
       last_used_at bigint,
       expires_at bigint,
       PRIMARY KEY (user_id, device_id)
     ) WITH comment = 'family: the refresh tokens of one log-in; token_hash: the one that is valid'`,
    `CREATE TABLE IF NOT EXISTS refresh_tokens (
       token_hash text PRIMARY KEY,
       user_id text,
       device_id text,
       family uuid,
       expires_at bigint
     ) WITH comment = 'valid and used ones alike, until they would have expired'`,
  ],
};
