import type { RotateResult } from '@parley/ports';
import { type CassandraClient, settled } from '../client/index.js';
import type { DeviceSessions } from './device-sessions.js';
import { sessionOf, type SessionRow, type TokenRow } from './rows.js';

export interface Rotation {
  readonly tokenHash: string;
  readonly nextTokenHash: string;
  readonly now: number;
  readonly expiresAt: number;
}

/**
 * Exchanges a refresh token. The session's row decides, by a transaction on the token it names: of several calls with
 * the same token one gets the next; the others, and any later one, show a token that was exchanged, and end the session.
 */
export class TokenRotation {
  constructor(
    private readonly client: CassandraClient,
    private readonly sessions: DeviceSessions,
  ) {}

  async rotate(change: Rotation): Promise<RotateResult> {
    const { tokenHash, nextTokenHash, now, expiresAt } = change;
    const token = await this.sessions.token(tokenHash);
    if (token === null) return { outcome: 'unknown' };
    const session = await this.#sessionOf(token);
    if (session === null) return { outcome: 'unknown' };
    if (session.token_hash === tokenHash && session.expires_at <= now) {
      await this.sessions.end(session);
      return { outcome: 'unknown' };
    }
    // Used tokens count until they would have expired.
    if (session.token_hash !== tokenHash && token.expires_at <= now) return { outcome: 'unknown' };
    if (session.token_hash !== tokenHash) return this.#reused(session);
    await this.sessions.addToken(nextTokenHash, { ...token, expires_at: expiresAt }, now);
    return this.#exchange(change, session);
  }

  /** The answer may get lost: what the session names afterwards tells whether it went through. */
  #exchange({ tokenHash, nextTokenHash, now, expiresAt }: Rotation, session: SessionRow): Promise<RotateResult> {
    return settled(async () => {
      const { applied, found } = await this.client.conditional(
        `UPDATE device_sessions SET token_hash = ?, last_used_at = ?, expires_at = ?
         WHERE user_id = ? AND device_id = ? IF family = ? AND token_hash = ?`,
        [nextTokenHash, now, expiresAt, session.user_id, session.device_id, session.family, tokenHash],
      );
      const rotated = { ...session, token_hash: nextTokenHash, last_used_at: now, expires_at: expiresAt };
      if (applied) return { outcome: 'rotated', session: sessionOf(rotated) };
      const current = found as unknown as Pick<SessionRow, 'family' | 'token_hash'> | null;
      if (current === null || current.family.toString() !== session.family.toString()) return { outcome: 'unknown' };
      if (current.token_hash === nextTokenHash) return { outcome: 'rotated', session: sessionOf(rotated) };
      return this.#reused(session);
    });
  }

  /** Whoever shows a token that was exchanged stole it, or was robbed: nobody goes on with this session. */
  async #reused(session: SessionRow): Promise<RotateResult> {
    if (!(await this.sessions.end(session))) return { outcome: 'unknown' };
    return { outcome: 'reused', userId: session.user_id, deviceId: session.device_id };
  }

  async #sessionOf({ user_id: userId, device_id: deviceId, family }: TokenRow): Promise<SessionRow | null> {
    const session = await this.sessions.settledRow(userId, deviceId);
    return session?.family.toString() === family.toString() ? session : null;
  }
}
