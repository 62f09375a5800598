/**
 * Secrets of log-in, kept apart from the event log (which analysts read and which is kept for ever): password hashes
 * and refresh-token families. And whose each user name is, with an account or without: a name is one person's and a
 * person has one, for ever. Each method is atomic and durable before it resolves.
 */
export interface AccountStore {
  /** false: the name is somebody's already, by an account or by a claim. */
  createAccount(account: Account): Promise<boolean>;
  /**
   * A name for somebody who has no password here. Answers the name they have: this one, or another that they claimed
   * before; null: it is somebody else's. Asked again, or by several at once, it answers the same.
   */
  claimName(claim: NameClaim): Promise<string | null>;
  /** null: there is no password to log in with by this name; it may be claimed all the same. */
  findAccount(username: string): Promise<Account | null>;
  /** Nothing happens where there is no account. */
  setPassword(userId: string, passwordHash: string): Promise<void>;

  createSession(session: DeviceSession): Promise<void>;
  /**
   * Exchanges the current refresh token of a family for the next one. `reused`: the token was exchanged before, and the
   * whole session is now revoked. Only one of several concurrent calls gets `rotated`.
   */
  rotate(change: {
    readonly tokenHash: string;
    readonly nextTokenHash: string;
    readonly now: number;
    readonly expiresAt: number;
  }): Promise<RotateResult>;
  sessionsOf(userId: string): Promise<readonly DeviceSession[]>;
  findSession(userId: string, deviceId: string): Promise<DeviceSession | null>;
  /** Without a device: all of them. Answers the devices whose sessions ended now. */
  revokeSessions(userId: string, deviceId?: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface Account {
  readonly userId: string;
  readonly username: string;
  /** PHC string format, names its own algorithm and parameters. */
  readonly passwordHash: string;
  readonly createdAt: number;
  /** What tokens of this account may carry beyond the ordinary: `events:read`, `content:read`, `admin`. */
  readonly scopes: readonly string[];
}

export interface NameClaim {
  readonly userId: string;
  /** In small letters, as names of accounts are. */
  readonly username: string;
  /** Milliseconds since 1970 UTC. */
  readonly claimedAt: number;
}

/** One logged-in device: a family of refresh tokens, each used once. Hashes are SHA-256 in base64url. */
export interface DeviceSession {
  readonly userId: string;
  readonly username: string;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly tokenHash: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
}

export type RotateResult =
  | { readonly outcome: 'rotated'; readonly session: DeviceSession }
  | { readonly outcome: 'reused'; readonly userId: string; readonly deviceId: string }
  | { readonly outcome: 'unknown' };
