/**
 * Secrets of log-in, kept apart from the event log (which analysts read and which is kept for ever): password hashes
 * and refresh-token families. Each method is atomic and durable before it resolves.
 */
export interface AccountStore {
  /** false: there is one already. */
  createAccount(account: Account): Promise<boolean>;
  findAccount(username: string): Promise<Account | null>;
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
