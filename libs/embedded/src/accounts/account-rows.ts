import type { Account, DeviceSession } from '@parley/ports';

export interface AccountRow {
  readonly username: string;
  readonly user_id: string;
  /** Empty: the name is claimed, without an account. */
  readonly password_hash: string;
  readonly created_at: number;
  /** JSON array. */
  readonly scopes: string;
}

export interface SessionRow {
  readonly user_id: string;
  readonly device_id: string;
  readonly username: string;
  readonly device_name: string;
  readonly token_hash: string;
  readonly created_at: number;
  readonly last_used_at: number;
  readonly expires_at: number;
}

/** Of who has the name without a password here. */
export const noPassword = '';

/** null: the name is only claimed. */
export const accountOf = (row: AccountRow): Account | null =>
  row.password_hash === noPassword
    ? null
    : {
        username: row.username,
        userId: row.user_id,
        passwordHash: row.password_hash,
        createdAt: row.created_at,
        scopes: JSON.parse(row.scopes) as string[],
      };

export const sessionOf = (row: SessionRow): DeviceSession => ({
  userId: row.user_id,
  deviceId: row.device_id,
  username: row.username,
  deviceName: row.device_name,
  tokenHash: row.token_hash,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  expiresAt: row.expires_at,
});
