import type { Account, DeviceSession } from '@parley/ports';

export interface AccountRow {
  readonly username: string;
  readonly user_id: string;
  /** null: the name is claimed, without an account. */
  readonly password_hash: string | null;
  readonly created_at: number;
  /** JSON array. */
  readonly scopes: string;
}

export interface SessionRow {
  readonly user_id: string;
  readonly device_id: string;
  /** UUID of the log-in: all refresh tokens that descend from it. */
  readonly family: { toString(): string };
  readonly username: string;
  readonly device_name: string;
  readonly token_hash: string;
  readonly created_at: number;
  readonly last_used_at: number;
  readonly expires_at: number;
}

export interface TokenRow {
  readonly user_id: string;
  readonly device_id: string;
  readonly family: { toString(): string };
  readonly expires_at: number;
}

/** null: the name is only claimed. */
export const accountOf = (row: AccountRow): Account | null =>
  row.password_hash === null
    ? null
    : {
        userId: row.user_id,
        username: row.username,
        passwordHash: row.password_hash,
        createdAt: row.created_at,
        scopes: JSON.parse(row.scopes) as string[],
      };

export const sessionOf = (row: SessionRow): DeviceSession => ({
  userId: row.user_id,
  username: row.username,
  deviceId: row.device_id,
  deviceName: row.device_name,
  tokenHash: row.token_hash,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  expiresAt: row.expires_at,
});
