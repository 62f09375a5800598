import type { Account } from '@parley/ports';
import { type CassandraClient, settled } from '../client/index.js';
import { accountOf, type AccountRow } from './rows.js';

/**
 * Accounts: one a username, one a user id. The user id is claimed first; a claim whose account was never made (a crash
 * in between) is taken up by whoever creates the same account again, and by nobody else.
 */
export class AccountNames {
  constructor(private readonly client: CassandraClient) {}

  create(account: Account): Promise<boolean> {
    const { userId, username } = account;
    return settled(async (again) => {
      const claim = await this.client.conditional(
        'INSERT INTO account_names (user_id, username) VALUES (?, ?) IF NOT EXISTS',
        [userId, username],
      );
      if (!claim.applied && claim.found?.['username'] !== username) return false;
      const made = await this.client.conditional(
        `INSERT INTO accounts (username, user_id, password_hash, created_at, scopes) VALUES (?, ?, ?, ?, ?) IF NOT EXISTS`,
        [username, userId, account.passwordHash, account.createdAt, JSON.stringify(account.scopes)],
      );
      if (made.applied) return true;
      const found = made.found as unknown as AccountRow | null;
      if (found?.user_id !== userId) await this.#giveBack(userId, username);
      // The hash has a salt of its own: nobody else's account looks like this one.
      return again && found?.user_id === userId && found.password_hash === account.passwordHash;
    });
  }

  async find(username: string): Promise<Account | null> {
    const row = await this.client.readOne<AccountRow>('SELECT * FROM accounts WHERE username = ?', [username]);
    return row === null ? null : accountOf(row);
  }

  /** Nothing happens where there is no such account. */
  async setPassword(userId: string, passwordHash: string): Promise<void> {
    const row = await this.client.readOne<{ username: string }>(
      'SELECT username FROM account_names WHERE user_id = ?',
      [userId],
    );
    if (row === null) return;
    await settled(() =>
      this.client.conditional('UPDATE accounts SET password_hash = ? WHERE username = ? IF user_id = ?', [
        passwordHash,
        row.username,
        userId,
      ]),
    );
  }

  async #giveBack(userId: string, username: string): Promise<void> {
    await this.client.conditional('DELETE FROM account_names WHERE user_id = ? IF username = ?', [userId, username]);
  }
}
