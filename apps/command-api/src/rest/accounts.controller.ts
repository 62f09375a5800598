import { Controller, Inject, Res } from '@nestjs/common';
import { ACCOUNTS, HandleRoute, Input, ParleyError, type RouteInput, tellPosition } from '@parley/platform';
import type { AccountStore } from '@parley/ports';
import { accountRoutes, type DeviceView, type SessionView } from '@parley/protocol';
import type { FastifyReply } from 'fastify';
import { Accounts } from '../accounts/accounts.js';
import { Sessions } from '../accounts/sessions.js';
import { Callers } from './callers.js';

const routes = accountRoutes;
type In<R extends keyof typeof accountRoutes> = RouteInput<(typeof accountRoutes)[R]>;

/** Registering, logging in and out, devices. */
@Controller()
export class AccountsController {
  constructor(
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(ACCOUNTS) private readonly store: AccountStore,
    @Inject(Callers) private readonly callers: Callers,
  ) {}

  @HandleRoute(routes.registerUser)
  async register(
    @Input() input: In<'registerUser'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    const { username, password, displayName = username, deviceName = '' } = input.body;
    const context = this.callers.anonymous(input);
    const account = await this.accounts.register({ username, password, displayName }, context);
    const { view, position } = await this.sessions.open(account, deviceName, context);
    tellPosition(reply, position);
    return view;
  }

  @HandleRoute(routes.logIn)
  async logIn(@Input() input: In<'logIn'>, @Res({ passthrough: true }) reply: FastifyReply): Promise<SessionView> {
    const { username, password, deviceName = '' } = input.body;
    const context = this.callers.anonymous(input);
    const account = await this.accounts.authenticate(username, password, context);
    const { view, position } = await this.sessions.open(account, deviceName, context);
    tellPosition(reply, position);
    return view;
  }

  @HandleRoute(routes.refreshSession)
  refresh(@Input() input: In<'refreshSession'>): Promise<SessionView> {
    return this.sessions.refresh(input.body.refreshToken, this.callers.anonymous(input));
  }

  @HandleRoute(routes.logOut)
  async logOut(@Input() input: In<'logOut'>): Promise<void> {
    const { userId, deviceId } = input.principal;
    await this.sessions.end(userId, deviceId, this.callers.context(input));
  }

  @HandleRoute(routes.changePassword)
  async changePassword(@Input() input: In<'changePassword'>): Promise<void> {
    const { userId, deviceId, username = '' } = input.principal;
    const { currentPassword, newPassword } = input.body;
    await this.accounts.changePassword(username, currentPassword, newPassword);
    await this.sessions.endOthers(userId, deviceId, this.callers.context(input));
  }

  @HandleRoute(routes.listDevices)
  async listDevices(@Input() input: In<'listDevices'>): Promise<{ readonly data: readonly DeviceView[] }> {
    const { userId, deviceId: current } = input.principal;
    const sessions = await this.store.sessionsOf(userId);
    const data = sessions.map(({ deviceId, deviceName, createdAt, lastUsedAt }) => ({
      deviceId,
      name: deviceName,
      createdAt: new Date(createdAt).toISOString(),
      lastUsedAt: new Date(lastUsedAt).toISOString(),
      current: deviceId === current,
    }));
    return { data };
  }

  @HandleRoute(routes.logOutDevice)
  async logOutDevice(@Input() input: In<'logOutDevice'>): Promise<void> {
    const { userId } = input.principal;
    const ended = await this.sessions.end(userId, input.params.deviceId, this.callers.context(input));
    if (ended === 0) throw new ParleyError('device_not_found');
  }

  @HandleRoute(routes.logOutEverywhere)
  async logOutEverywhere(@Input() input: In<'logOutEverywhere'>): Promise<void> {
    await this.sessions.end(input.principal.userId, undefined, this.callers.context(input));
  }
}
