import type { Account, AccountStore, DeviceSession, NameClaim, RotateResult } from '@parley/ports';

/** Accounts in memory, for specs. */
export class MemoryAccountStore implements AccountStore {
  readonly #accounts = new Map<string, Account>();
  /** User ids by name: of accounts and of claims. */
  readonly #names = new Map<string, string>();
  readonly #sessions = new Map<string, DeviceSession>();
  readonly #used = new Map<string, DeviceSession>();

  async createAccount(account: Account): Promise<boolean> {
    if (this.#names.has(account.username)) return false;
    this.#names.set(account.username, account.userId);
    this.#accounts.set(account.username, account);
    return true;
  }

  async claimName({ userId, username }: NameClaim): Promise<string | null> {
    const [held] = [...this.#names].find(([, holder]) => holder === userId) ?? [];
    if (held !== undefined) return held;
    if (this.#names.has(username)) return null;
    this.#names.set(username, userId);
    return username;
  }

  async findAccount(username: string): Promise<Account | null> {
    return this.#accounts.get(username) ?? null;
  }

  async setPassword(userId: string, passwordHash: string): Promise<void> {
    for (const account of this.#accounts.values()) {
      if (account.userId === userId) this.#accounts.set(account.username, { ...account, passwordHash });
    }
  }

  async createSession(session: DeviceSession): Promise<void> {
    this.#sessions.set(session.deviceId, session);
  }

  async rotate(change: Parameters<AccountStore['rotate']>[0]): Promise<RotateResult> {
    const used = this.#used.get(change.tokenHash);
    if (used !== undefined) {
      this.#sessions.delete(used.deviceId);
      return { outcome: 'reused', userId: used.userId, deviceId: used.deviceId };
    }
    const before = [...this.#sessions.values()].find(({ tokenHash }) => tokenHash === change.tokenHash);
    if (before === undefined || before.expiresAt <= change.now) return { outcome: 'unknown' };
    this.#used.set(change.tokenHash, before);
    const { nextTokenHash: tokenHash, now: lastUsedAt, expiresAt } = change;
    const session = { ...before, tokenHash, lastUsedAt, expiresAt };
    this.#sessions.set(session.deviceId, session);
    return { outcome: 'rotated', session };
  }

  async sessionsOf(userId: string): Promise<readonly DeviceSession[]> {
    return [...this.#sessions.values()].filter((session) => session.userId === userId);
  }

  async findSession(userId: string, deviceId: string): Promise<DeviceSession | null> {
    const session = this.#sessions.get(deviceId);
    return session?.userId === userId ? session : null;
  }

  async revokeSessions(userId: string, deviceId?: string): Promise<readonly string[]> {
    const ended = (await this.sessionsOf(userId)).filter(
      (session) => (deviceId ?? session.deviceId) === session.deviceId,
    );
    for (const session of ended) this.#sessions.delete(session.deviceId);
    return ended.map((session) => session.deviceId);
  }

  async close(): Promise<void> {}
}
