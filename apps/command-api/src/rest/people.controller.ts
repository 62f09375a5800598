import { Controller, Inject, Res } from '@nestjs/common';
import { HandleRoute, Input, type RouteInput } from '@parley/platform';
import { accountRoutes } from '@parley/protocol';
import type { FastifyReply } from 'fastify';
import { RequestCommands } from './request-commands.js';

const routes = accountRoutes;
type In<R extends keyof typeof accountRoutes> = RouteInput<(typeof accountRoutes)[R]>;

/** What people decide about themselves. */
@Controller()
export class PeopleController {
  constructor(@Inject(RequestCommands) private readonly commands: RequestCommands) {}

  @HandleRoute(routes.changeProfile)
  async changeProfile(
    @Input() input: In<'changeProfile'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.commands.execute(input, reply, { type: 'change-profile', ...input.body });
  }

  @HandleRoute(routes.blockUser)
  async block(@Input() input: In<'blockUser'>, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.commands.execute(input, reply, { type: 'block-user', ...input.params });
  }

  @HandleRoute(routes.unblockUser)
  async unblock(@Input() input: In<'unblockUser'>, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.commands.execute(input, reply, { type: 'unblock-user', ...input.params });
  }
}
