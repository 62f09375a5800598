import type { DeviceSession } from '@parley/ports';
import { randomUUID } from 'node:crypto';
import { type CassandraClient, settled } from '../client/index.js';
import { sessionOf, type SessionRow, type TokenRow } from './rows.js';

/** How long a token's row stays beyond its end, s: clocks differ, and one that is kept too long does no harm. */
const graceSeconds = 86_400;

/** The table of sessions and that of tokens, old and new, that lead to them. */
export class DeviceSessions {
  constructor(private readonly client: CassandraClient) {}

  async ofUser(userId: string): Promise<readonly SessionRow[]> {
    return this.client.read<SessionRow>('SELECT * FROM device_sessions WHERE user_id = ?', [userId]);
  }

  /** With all transactions so far, also those whose answer got lost. */
  settledRow(userId: string, deviceId: string): Promise<SessionRow | null> {
    return this.client.readOne<SessionRow>(
      'SELECT * FROM device_sessions WHERE user_id = ? AND device_id = ?',
      [userId, deviceId],
      { serial: true },
    );
  }

  async find(userId: string, deviceId: string): Promise<DeviceSession | null> {
    const row = await this.client.readOne<SessionRow>(
      'SELECT * FROM device_sessions WHERE user_id = ? AND device_id = ?',
      [userId, deviceId],
    );
    return row === null ? null : sessionOf(row);
  }

  token(tokenHash: string): Promise<TokenRow | null> {
    return this.client.readOne<TokenRow>(
      'SELECT user_id, device_id, family, expires_at FROM refresh_tokens WHERE token_hash = ?',
      [tokenHash],
    );
  }

  /** Before the session names it: one that no session names means nothing. */
  async addToken(tokenHash: string, token: TokenRow, now: number): Promise<void> {
    const seconds = Math.max(0, Math.ceil((token.expires_at - now) / 1_000)) + graceSeconds;
    await this.client.write({
      query: `INSERT INTO refresh_tokens (token_hash, user_id, device_id, family, expires_at) VALUES (?, ?, ?, ?, ?)
              USING TTL ?`,
      params: [tokenHash, token.user_id, token.device_id, token.family, token.expires_at, seconds],
    });
  }

  /** A new family takes the place of the device's old one, if there is one. */
  async replace(session: DeviceSession): Promise<void> {
    const { userId, deviceId, username, deviceName, tokenHash, createdAt, lastUsedAt, expiresAt } = session;
    const family = randomUUID();
    await this.addToken(tokenHash, { user_id: userId, device_id: deviceId, family, expires_at: expiresAt }, lastUsedAt);
    const values = [family, username, deviceName, tokenHash, createdAt, lastUsedAt, expiresAt];
    await settled(async () => {
      for (;;) {
        const inserted = await this.client.conditional(
          `INSERT INTO device_sessions
             (family, username, device_name, token_hash, created_at, last_used_at, expires_at, user_id, device_id)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS`,
          [...values, userId, deviceId],
        );
        const found = inserted.found as unknown as SessionRow | null;
        if (inserted.applied || found?.family.toString() === family) return;
        const replaced = await this.client.conditional(
          `UPDATE device_sessions SET family = ?, username = ?, device_name = ?, token_hash = ?,
             created_at = ?, last_used_at = ?, expires_at = ?
           WHERE user_id = ? AND device_id = ? IF family = ?`,
          [...values, userId, deviceId, found?.family],
        );
        if (replaced.applied) return;
      }
    });
  }

  /** true: it ended now, by this call. */
  end({
    user_id: userId,
    device_id: deviceId,
    family,
  }: Pick<SessionRow, 'user_id' | 'device_id' | 'family'>): Promise<boolean> {
    return settled(async (again) => {
      const { applied, found } = await this.client.conditional(
        'DELETE FROM device_sessions WHERE user_id = ? AND device_id = ? IF family = ?',
        [userId, deviceId, family],
      );
      return applied || (again && found === null);
    });
  }
}
