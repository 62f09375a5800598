import type { Account, AccountStore, DeviceSession, NameClaim, RotateResult } from '@parley/ports';
import type { CassandraClient } from '../client/index.js';
import { AccountNames } from './account-names.js';
import { DeviceSessions } from './device-sessions.js';
import { sessionOf } from './rows.js';
import { type Rotation, TokenRotation } from './rotation.js';

/**
 * Accounts and sessions in Cassandra, by lightweight transactions where only one of several callers may get something.
 * Methods fail with ReadModelUnavailable while the engine is away.
 */
export class CassandraAccountStore implements AccountStore {
  readonly #names: AccountNames;
  readonly #sessions: DeviceSessions;
  readonly #rotation: TokenRotation;

  /** The client stays its owner's. */
  constructor(client: CassandraClient) {
    this.#names = new AccountNames(client);
    this.#sessions = new DeviceSessions(client);
    this.#rotation = new TokenRotation(client, this.#sessions);
  }

  createAccount(account: Account): Promise<boolean> {
    return this.#names.create(account);
  }

  claimName(claim: NameClaim): Promise<string | null> {
    return this.#names.claim(claim);
  }

  findAccount(username: string): Promise<Account | null> {
    return this.#names.find(username);
  }

  setPassword(userId: string, passwordHash: string): Promise<void> {
    return this.#names.setPassword(userId, passwordHash);
  }

  createSession(session: DeviceSession): Promise<void> {
    return this.#sessions.replace(session);
  }

  rotate(change: Rotation): Promise<RotateResult> {
    return this.#rotation.rotate(change);
  }

  async sessionsOf(userId: string): Promise<readonly DeviceSession[]> {
    const rows = await this.#sessions.ofUser(userId);
    return rows.map(sessionOf).toSorted((a, b) => a.createdAt - b.createdAt || (a.deviceId < b.deviceId ? -1 : 1));
  }

  findSession(userId: string, deviceId: string): Promise<DeviceSession | null> {
    return this.#sessions.find(userId, deviceId);
  }

  async revokeSessions(userId: string, deviceId?: string): Promise<readonly string[]> {
    const rows = await this.#sessions.ofUser(userId);
    const ended: string[] = [];
    // One after the other: transactions on one partition only get in each other's way.
    for (const row of rows) {
      if (deviceId !== undefined && row.device_id !== deviceId) continue;
      if (await this.#sessions.end(row)) ended.push(row.device_id);
    }
    return ended;
  }

  /** Nothing waits here: every method is through when it resolves. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
