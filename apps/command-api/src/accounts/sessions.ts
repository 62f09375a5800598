import { hash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  ACCOUNTS,
  CLOCK,
  type Clock,
  COMMANDS,
  CONFIG,
  newId,
  type ParleyConfig,
  ParleyError,
  REVOCATIONS,
  TOKEN_ISSUER,
  type TokenIssuer,
} from '@parley/platform';
import {
  type Account,
  type AccountStore,
  type CommandClient,
  type CommandContext,
  CommandRejected,
  type RevocationBus,
} from '@parley/ports';
import type { SessionView } from '@parley/protocol';
import { Users } from '../users/users.js';

/** What an operator may be given beyond the ordinary. */
const operatorScopes = ['admin', 'events:read', 'content:read'] as const;

/** A session with the log position of what beginning it wrote. */
export interface OpenedSession {
  readonly view: SessionView;
  readonly position: number;
}

/**
 * Logged-in devices. A refresh token is 256 random bits, of which only the hash is stored; each is good for one exchange,
 * and using one twice ends the session, because one of its two holders stole it.
 */
@Injectable()
export class Sessions {
  constructor(
    @Inject(ACCOUNTS) private readonly accounts: AccountStore,
    @Inject(COMMANDS) private readonly commands: CommandClient,
    @Inject(Users) private readonly users: Users,
    @Inject(TOKEN_ISSUER) private readonly tokens: TokenIssuer,
    @Inject(REVOCATIONS) private readonly revocations: RevocationBus,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<ParleyConfig, 'refreshTtl' | 'adminUsers'>,
  ) {}

  /** Begins a session on a new device. @throws CommandRejected `device_limit`, `log_unavailable` */
  async open(account: Account, deviceName: string, asked: CommandContext): Promise<OpenedSession> {
    const deviceId = newId('dev');
    const { userId, username } = account;
    const context = { ...asked, actorId: userId, deviceId };
    const position = await this.#addDevice(deviceId, deviceName, context);
    const refreshToken = newRefreshToken();
    const now = this.clock.now();
    await this.accounts.createSession({
      userId,
      username,
      deviceId,
      deviceName,
      tokenHash: hashOf(refreshToken),
      createdAt: now,
      lastUsedAt: now,
      expiresAt: this.#expiry(now),
    });
    return { view: await this.#view(account, deviceId, refreshToken), position };
  }

  /** @throws ParleyError `refresh_token_reused`, `session_revoked` */
  async refresh(refreshToken: string, asked: CommandContext): Promise<SessionView> {
    const now = this.clock.now();
    const nextToken = newRefreshToken();
    const change = {
      tokenHash: hashOf(refreshToken),
      nextTokenHash: hashOf(nextToken),
      now,
      expiresAt: this.#expiry(now),
    };
    const result = await this.accounts.rotate(change);
    switch (result.outcome) {
      case 'rotated': {
        const account = await this.accounts.findAccount(result.session.username);
        if (account === null) throw new ParleyError('session_revoked');
        return this.#view(account, result.session.deviceId, nextToken);
      }
      case 'reused':
        this.revocations.publish({ userId: result.userId, deviceIds: [result.deviceId] });
        await this.#removeDevices(result.userId, [result.deviceId], asked);
        throw new ParleyError('refresh_token_reused');
      case 'unknown':
        throw new ParleyError('session_revoked');
      default:
        throw new TypeError(`no rule for ${JSON.stringify(result satisfies never)}`);
    }
  }

  /** Ends one or all sessions of a person; answers how many. Sockets of these devices are closed everywhere. */
  async end(userId: string, deviceId: string | undefined, asked: CommandContext): Promise<number> {
    const ended = await this.accounts.revokeSessions(userId, deviceId);
    if (ended.length > 0) this.revocations.publish({ userId, deviceIds: ended });
    await this.#removeDevices(userId, ended, asked);
    return ended.length;
  }

  /** Ends the sessions of all other devices. */
  async endOthers(userId: string, deviceId: string, asked: CommandContext): Promise<void> {
    for (const session of await this.accounts.sessionsOf(userId)) {
      if (session.deviceId !== deviceId) await this.end(userId, session.deviceId, asked);
    }
  }

  async #addDevice(deviceId: string, name: string, context: CommandContext): Promise<number> {
    const add = { type: 'add-device', deviceId, name } as const;
    try {
      return (await this.commands.execute(add, context)).position;
    } catch (error) {
      if (!(error instanceof CommandRejected) || error.code !== 'device_limit') throw error;
      if (!(await this.#removeAbandoned(context))) throw error;
      return (await this.commands.execute(add, context)).position;
    }
  }

  /** Devices whose session ended by itself, or never began because the server was killed in between. */
  async #removeAbandoned(context: CommandContext): Promise<boolean> {
    const { actorId: userId, now } = context;
    const sessions = await this.accounts.sessionsOf(userId);
    const live = new Set(sessions.filter(({ expiresAt }) => expiresAt > now).map(({ deviceId }) => deviceId));
    const user = await this.users.load(userId);
    const known = user.phase === 'registered' ? [...user.devices.keys()] : [];
    const abandoned = known.filter((deviceId) => !live.has(deviceId));
    for (const deviceId of abandoned) await this.accounts.revokeSessions(userId, deviceId);
    await this.#removeDevices(userId, abandoned, context);
    return abandoned.length > 0;
  }

  async #removeDevices(userId: string, deviceIds: readonly string[], asked: CommandContext): Promise<void> {
    const context = { ...asked, actorId: userId };
    const removals = deviceIds.map((deviceId) => this.commands.execute({ type: 'remove-device', deviceId }, context));
    await Promise.all(removals);
  }

  async #view(account: Account, deviceId: string, refreshToken: string): Promise<SessionView> {
    const { userId, username } = account;
    const scopes = this.config.adminUsers.includes(username)
      ? [...new Set([...account.scopes, ...operatorScopes])]
      : account.scopes;
    const { token, expiresAt } = await this.tokens.issue({ userId, deviceId, username, scopes });
    return {
      userId,
      username,
      deviceId,
      accessToken: token,
      expiresAt: new Date(expiresAt).toISOString(),
      refreshToken,
    };
  }

  #expiry(now: number): number {
    return now + this.config.refreshTtl * 1_000;
  }
}

const newRefreshToken = (): string => randomBytes(32).toString('base64url');
const hashOf = (token: string): string => hash('sha256', token, 'base64url');
