import { Controller, Inject, Res } from '@nestjs/common';
import { HandleRoute, Input, type RouteInput } from '@parley/platform';
import { messageCommandRoutes } from '@parley/protocol';
import type { FastifyReply } from 'fastify';
import { RequestCommands } from './request-commands.js';

const routes = messageCommandRoutes;
type In<R extends keyof typeof messageCommandRoutes> = RouteInput<(typeof messageCommandRoutes)[R]>;

/** How far one has come in a conversation, and one's own settings of it. */
@Controller()
export class ReadingStateController {
  constructor(@Inject(RequestCommands) private readonly commands: RequestCommands) {}

  @HandleRoute(routes.advanceWatermark)
  async advance(
    @Input() input: In<'advanceWatermark'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.commands.execute(input, reply, { type: 'advance-watermark', ...input.params, ...input.body });
  }

  @HandleRoute(routes.changeSettings)
  async changeSettings(
    @Input() input: In<'changeSettings'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { params, body } = input;
    if (body.muted !== undefined) {
      const until = typeof body.mutedUntil === 'string' ? Date.parse(body.mutedUntil) : null;
      await this.commands.execute(input, reply, { type: 'mute-conversation', ...params, muted: body.muted, until });
    }
    if (body.archived !== undefined) {
      await this.commands.execute(input, reply, { type: 'archive-conversation', ...params, archived: body.archived });
    }
    if (body.markedUnread !== undefined) {
      await this.commands.execute(input, reply, { type: 'mark-unread', ...params, marked: body.markedUnread });
    }
  }
}
