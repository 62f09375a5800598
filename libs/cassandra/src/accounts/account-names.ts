import type { Account, NameClaim } from '@parley/ports';
import { type CassandraClient, settled } from '../client/index.js';
import { accountOf, type AccountRow } from './rows.js';

/**
 * User names: one a person, one person a name, with an account or without. The user id is taken first and the name
 * second; an id whose name was never taken (a crash in between) is taken up by whoever asks for the same person again,
 * and by nobody else.
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

  /** By the same transactions as an account: whichever was first has the name. */
  claim({ userId, username, claimedAt }: NameClaim): Promise<string | null> {
    return settled(async () => {
      for (;;) {
        const taken = await this.client.conditional(
          'INSERT INTO account_names (user_id, username) VALUES (?, ?) IF NOT EXISTS',
          [userId, username],
        );
        const name = (taken.found as { readonly username: string } | null)?.username ?? username;
        const made = await this.client.conditional(
          'INSERT INTO accounts (username, user_id, created_at, scopes) VALUES (?, ?, ?, ?) IF NOT EXISTS',
          [name, userId, claimedAt, '[]'],
        );
        if (made.applied || made.found?.['user_id'] === userId) return name;
        await this.#giveBack(userId, name);
        // Otherwise an earlier attempt, cut short, was for a name that cannot be had: this one is still to be tried.
        if (name === username) return null;
      }
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
      this.client.conditional(
        'UPDATE accounts SET password_hash = ? WHERE username = ? IF user_id = ? AND password_hash != null',
        [passwordHash, row.username, userId],
      ),
    );
  }

  async #giveBack(userId: string, username: string): Promise<void> {
    await this.client.conditional('DELETE FROM account_names WHERE user_id = ? IF username = ?', [userId, username]);
  }
}
