import { Inject, Injectable } from '@nestjs/common';
import { ACCOUNTS, COMMANDS, ParleyError, userIdOfUsername } from '@parley/platform';
import {
  type Account,
  type AccountStore,
  type CommandClient,
  type CommandContext,
  CommandRejected,
} from '@parley/ports';
import { Users } from '../users/users.js';
import { Passwords } from './passwords.js';

const maxPasswordBytes = 256;

/**
 * User names and passwords. A name that somebody claimed who has no password here is taken too: the store gives each to
 * one person. The account comes first and the person's stream second: whoever is killed in between finds
 * the rest done at their next log-in, or by registering again with the same password.
 */
@Injectable()
export class Accounts {
  constructor(
    @Inject(ACCOUNTS) private readonly store: AccountStore,
    @Inject(COMMANDS) private readonly commands: CommandClient,
    @Inject(Users) private readonly users: Users,
    @Inject(Passwords) private readonly passwords: Passwords,
  ) {}

  /** `username`: capitals count as small. @throws ParleyError `username_taken`, `invalid_request` */
  async register(
    person: { readonly username: string; readonly password: string; readonly displayName: string },
    asked: CommandContext,
  ): Promise<Account> {
    const username = person.username.toLowerCase();
    requireFitting(person.password, '/password');
    const account: Account = {
      userId: userIdOfUsername(username),
      username,
      passwordHash: await this.passwords.hash(person.password),
      createdAt: asked.now,
      scopes: [],
    };
    if (await this.store.createAccount(account)) {
      await this.#register(account, person.displayName, asked);
      return account;
    }
    const unfinished = await this.#unfinished(username, person.password);
    if (unfinished === null) throw new ParleyError('username_taken');
    await this.#register(unfinished, person.displayName, asked);
    return unfinished;
  }

  /** @throws ParleyError `wrong_credentials`, after the same time whether the name or the password is wrong */
  async authenticate(username: string, password: string, asked: CommandContext): Promise<Account> {
    const account = await this.store.findAccount(username.toLowerCase());
    const isRight = await this.passwords.verify(password, account?.passwordHash ?? null);
    if (account === null || !isRight) throw new ParleyError('wrong_credentials');
    if (this.passwords.isOutdated(account.passwordHash)) {
      await this.store.setPassword(account.userId, await this.passwords.hash(password));
    }
    if (!(await this.#isRegistered(account.userId))) await this.#register(account, account.username, asked);
    return account;
  }

  /** @throws ParleyError `wrong_credentials`, `invalid_request` */
  async changePassword(username: string, currentPassword: string, newPassword: string): Promise<void> {
    requireFitting(newPassword, '/newPassword');
    const account = await this.store.findAccount(username);
    const isRight = await this.passwords.verify(currentPassword, account?.passwordHash ?? null);
    if (account === null || !isRight) throw new ParleyError('wrong_credentials');
    await this.store.setPassword(account.userId, await this.passwords.hash(newPassword));
  }

  /** An account of this name and password whose person was never registered; null when there is none. */
  async #unfinished(username: string, password: string): Promise<Account | null> {
    const account = await this.store.findAccount(username);
    if (account === null || (await this.#isRegistered(account.userId))) return null;
    return (await this.passwords.verify(password, account.passwordHash)) ? account : null;
  }

  async #isRegistered(userId: string): Promise<boolean> {
    return (await this.users.load(userId)).phase === 'registered';
  }

  async #register({ userId, username }: Account, displayName: string, asked: CommandContext): Promise<void> {
    await this.commands.execute({ type: 'register-user', username, displayName }, { ...asked, actorId: userId }).catch(
      // Somebody with the right password was quicker: another request of the same person.
      (error: unknown) => {
        if (!(error instanceof CommandRejected) || error.code !== 'username_taken') throw error;
      },
    );
  }
}

function requireFitting(password: string, pointer: string): void {
  if (Buffer.byteLength(password) <= maxPasswordBytes) return;
  const message = `at most ${maxPasswordBytes} bytes of UTF-8`;
  throw new ParleyError('invalid_request', { errors: [{ pointer, message }] });
}
