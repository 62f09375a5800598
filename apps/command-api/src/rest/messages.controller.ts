import { Controller, Inject, Res } from '@nestjs/common';
import { HandleRoute, Input, ParleyError, type RouteInput } from '@parley/platform';
import type { MessageAccepted } from '@parley/ports';
import { type AcceptedView, messageCommandRoutes } from '@parley/protocol';
import type { FastifyReply } from 'fastify';
import { RequestCommands } from './request-commands.js';

const routes = messageCommandRoutes;
type In<R extends keyof typeof messageCommandRoutes> = RouteInput<(typeof messageCommandRoutes)[R]>;

/** Messages and what is done to them. */
@Controller()
export class MessagesController {
  constructor(@Inject(RequestCommands) private readonly commands: RequestCommands) {}

  @HandleRoute(routes.sendMessage)
  async send(
    @Input() input: In<'sendMessage'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedView> {
    const clientMessageId = clientMessageIdOf(input.body.clientMessageId, input.idempotencyKey);
    const command = { type: 'send-message', ...input.params, ...input.body, clientMessageId } as const;
    return answer(reply, await this.commands.execute(input, reply, command));
  }

  @HandleRoute(routes.forwardMessage)
  async forward(
    @Input() input: In<'forwardMessage'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedView> {
    const clientMessageId = clientMessageIdOf(input.body.clientMessageId, input.idempotencyKey);
    const { from } = input.body;
    const command = { type: 'forward-message', ...input.params, from, clientMessageId } as const;
    return answer(reply, await this.commands.execute(input, reply, command));
  }

  @HandleRoute(routes.editMessage)
  async edit(@Input() input: In<'editMessage'>, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.commands.execute(input, reply, { type: 'edit-message', ...input.params, ...input.body });
  }

  @HandleRoute(routes.deleteMessage)
  async delete(@Input() input: In<'deleteMessage'>, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.commands.execute(input, reply, { type: 'delete-message', ...input.params });
  }

  @HandleRoute(routes.react)
  async react(@Input() input: In<'react'>, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.commands.execute(input, reply, { type: 'react', ...input.params });
  }

  @HandleRoute(routes.unreact)
  async unreact(@Input() input: In<'unreact'>, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.commands.execute(input, reply, { type: 'unreact', ...input.params });
  }

  @HandleRoute(routes.pinMessage)
  async pin(@Input() input: In<'pinMessage'>, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.commands.execute(input, reply, { type: 'pin-message', ...input.params });
  }

  @HandleRoute(routes.unpinMessage)
  async unpin(@Input() input: In<'unpinMessage'>, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.commands.execute(input, reply, { type: 'unpin-message', ...input.params });
  }
}

/** One of the two names the message; both, and they must agree. */
function clientMessageIdOf(inBody: string | undefined, inHeader: string | undefined): string {
  const clientMessageId = inBody ?? inHeader;
  if (clientMessageId === undefined || (inHeader !== undefined && inHeader !== clientMessageId)) {
    const message = 'expected here or in the header Idempotency-Key, and the same when in both';
    throw new ParleyError('invalid_request', { errors: [{ pointer: '/clientMessageId', message }] });
  }
  return clientMessageId;
}

function answer(reply: FastifyReply, accepted: MessageAccepted): AcceptedView {
  if (accepted.repeated) void reply.status(200);
  return { ...accepted, time: new Date(accepted.time).toISOString(), position: String(accepted.position) };
}
