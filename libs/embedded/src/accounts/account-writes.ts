import type { DatabaseSync } from 'node:sqlite';
import type { Account, DeviceSession, NameClaim, RotateResult } from '@parley/ports';
import { noPassword, sessionOf, type SessionRow } from './account-rows.js';

/** One change, as it travels to the thread that writes. */
export type AccountWrite =
  | { readonly type: 'create-account'; readonly account: Account }
  | { readonly type: 'claim-name'; readonly claim: NameClaim }
  | { readonly type: 'set-password'; readonly userId: string; readonly passwordHash: string }
  | { readonly type: 'create-session'; readonly session: DeviceSession }
  | ({ readonly type: 'rotate' } & Rotation)
  | { readonly type: 'revoke'; readonly userId: string; readonly deviceId: string | null };

export interface Rotation {
  readonly tokenHash: string;
  readonly nextTokenHash: string;
  readonly now: number;
  readonly expiresAt: number;
}

export interface AccountWriteResults {
  'create-account': boolean;
  'claim-name': string | null;
  'set-password': null;
  'create-session': null;
  rotate: RotateResult;
  revoke: readonly string[];
}

/** The changes as statements. */
export class AccountWrites {
  readonly #prepared: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync) {
    this.#prepared = prepare(db);
  }

  /** Inside a transaction that the caller commits before it tells the result. */
  apply(write: AccountWrite): { readonly value: AccountWriteResults[AccountWrite['type']] } {
    switch (write.type) {
      case 'create-account':
        return { value: this.#createAccount(write.account) };
      case 'claim-name':
        return { value: this.#claimName(write.claim) };
      case 'set-password':
        this.#prepared.setPassword.run(write.passwordHash, write.userId, noPassword);
        return { value: null };
      case 'create-session':
        this.#createSession(write.session);
        return { value: null };
      case 'rotate':
        return { value: this.#rotate(write) };
      case 'revoke':
        return { value: this.#revoke(write.userId, write.deviceId) };
      default:
        throw new TypeError(`no rule for ${JSON.stringify(write satisfies never)}`);
    }
  }

  #createAccount({ username, userId, passwordHash, createdAt, scopes }: Account): boolean {
    const { changes } = this.#prepared.createAccount.run(
      username,
      userId,
      passwordHash,
      createdAt,
      JSON.stringify(scopes),
    );
    return Number(changes) === 1;
  }

  /** By the same insert as an account: whichever was first has the name. */
  #claimName({ userId, username, claimedAt }: NameClaim): string | null {
    this.#prepared.createAccount.run(username, userId, noPassword, claimedAt, '[]');
    const held = this.#prepared.nameOf.get(userId) as { readonly username: string } | undefined;
    return held?.username ?? null;
  }

  /** A device that logs in anew begins a new family: tokens of the old one mean nothing any more. */
  #createSession(session: DeviceSession): void {
    const { userId, deviceId, username, deviceName, tokenHash, createdAt, lastUsedAt, expiresAt } = session;
    this.#revoke(userId, deviceId);
    this.#prepared.createSession.run(
      userId,
      deviceId,
      username,
      deviceName,
      tokenHash,
      createdAt,
      lastUsedAt,
      expiresAt,
    );
  }

  #rotate({ tokenHash, nextTokenHash, now, expiresAt }: Rotation): RotateResult {
    const row = this.#prepared.sessionByToken.get(tokenHash) as SessionRow | undefined;
    if (row === undefined) return this.#reused(tokenHash);
    const { user_id: userId, device_id: deviceId } = row;
    if (row.expires_at <= now) {
      this.#revoke(userId, deviceId);
      return { outcome: 'unknown' };
    }
    this.#prepared.forgetExpired.run(now);
    this.#prepared.rememberUsed.run(tokenHash, userId, deviceId, row.expires_at);
    this.#prepared.renew.run(nextTokenHash, now, expiresAt, userId, deviceId);
    const session = { ...sessionOf(row), tokenHash: nextTokenHash, lastUsedAt: now, expiresAt };
    return { outcome: 'rotated', session };
  }

  #reused(tokenHash: string): RotateResult {
    const used = this.#prepared.usedToken.get(tokenHash) as { user_id: string; device_id: string } | undefined;
    if (used === undefined) return { outcome: 'unknown' };
    this.#revoke(used.user_id, used.device_id);
    return { outcome: 'reused', userId: used.user_id, deviceId: used.device_id };
  }

  #revoke(userId: string, deviceId: string | null): readonly string[] {
    const rows = deviceId === null ? this.#prepared.endAll.all(userId) : this.#prepared.endOne.all(userId, deviceId);
    const ended = (rows as unknown as { device_id: string }[]).map((row) => row.device_id);
    for (const device of ended) this.#prepared.forgetUsed.run(userId, device);
    return ended;
  }
}

const prepare = (db: DatabaseSync) => ({
  createAccount: db.prepare('INSERT INTO accounts VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'),
  nameOf: db.prepare('SELECT username FROM accounts WHERE user_id = ?'),
  setPassword: db.prepare('UPDATE accounts SET password_hash = ? WHERE user_id = ? AND password_hash <> ?'),
  createSession: db.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
  sessionByToken: db.prepare('SELECT * FROM sessions WHERE token_hash = ?'),
  usedToken: db.prepare('SELECT user_id, device_id FROM used_tokens WHERE token_hash = ?'),
  rememberUsed: db.prepare('INSERT INTO used_tokens VALUES (?, ?, ?, ?)'),
  renew: db.prepare(
    'UPDATE sessions SET token_hash = ?, last_used_at = ?, expires_at = ? WHERE user_id = ? AND device_id = ?',
  ),
  endOne: db.prepare('DELETE FROM sessions WHERE user_id = ? AND device_id = ? RETURNING device_id'),
  endAll: db.prepare('DELETE FROM sessions WHERE user_id = ? RETURNING device_id'),
  forgetUsed: db.prepare('DELETE FROM used_tokens WHERE user_id = ? AND device_id = ?'),
  forgetExpired: db.prepare('DELETE FROM used_tokens WHERE expires_at <= ?'),
});
