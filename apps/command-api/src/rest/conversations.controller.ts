import { Controller, Inject, Res } from '@nestjs/common';
import { HandleRoute, Input, newId, type RouteInput } from '@parley/platform';
import { conversationCommandRoutes } from '@parley/protocol';
import type { FastifyReply } from 'fastify';
import { newSecret } from '../conversations/invite-code.js';
import { RequestCommands } from './request-commands.js';

const routes = conversationCommandRoutes;
type In<R extends keyof typeof conversationCommandRoutes> = RouteInput<(typeof conversationCommandRoutes)[R]>;

/** Conversations, their members and invites. */
@Controller()
export class ConversationsController {
  constructor(@Inject(RequestCommands) private readonly commands: RequestCommands) {}

  @HandleRoute(routes.startConversation)
  async start(
    @Input() input: In<'startConversation'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ conversationId: string; created: boolean }> {
    const { idempotencyKey = newId('req') } = input;
    const command = { type: 'start-conversation', ...input.body, idempotencyKey } as const;
    const { conversationId, created } = await this.commands.execute(input, reply, command);
    if (!created) void reply.status(200);
    return { conversationId, created };
  }

  @HandleRoute(routes.changeConversation)
  async change(
    @Input() input: In<'changeConversation'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { title, description } = input.body;
    if (title !== undefined) {
      await this.commands.execute(input, reply, { type: 'rename-conversation', ...input.params, title });
    }
    if (description !== undefined) {
      await this.commands.execute(input, reply, { type: 'describe-conversation', ...input.params, description });
    }
  }

  @HandleRoute(routes.leaveConversation)
  async leave(@Input() input: In<'leaveConversation'>, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.commands.execute(input, reply, { type: 'leave-conversation', ...input.params });
  }

  @HandleRoute(routes.addMembers)
  async addMembers(@Input() input: In<'addMembers'>, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.commands.execute(input, reply, { type: 'add-members', ...input.params, ...input.body });
  }

  @HandleRoute(routes.changeRole)
  async changeRole(@Input() input: In<'changeRole'>, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.commands.execute(input, reply, { type: 'change-role', ...input.params, ...input.body });
  }

  @HandleRoute(routes.removeMember)
  async removeMember(
    @Input() input: In<'removeMember'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.commands.execute(input, reply, { type: 'remove-member', ...input.params });
  }

  @HandleRoute(routes.transferOwnership)
  async transferOwnership(
    @Input() input: In<'transferOwnership'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.commands.execute(input, reply, { type: 'transfer-ownership', ...input.params, ...input.body });
  }

  @HandleRoute(routes.createInvite)
  async createInvite(
    @Input() input: In<'createInvite'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ inviteId: string; code: string; expiresAt: string | null; maxUses: number | null }> {
    const { maxUses = null } = input.body;
    const expiresAt = millisecondsOf(input.body.expiresAt);
    const inviteId = newId('inv');
    const secret = newSecret();
    const command = { type: 'create-invite', ...input.params, inviteId, secret, expiresAt, maxUses } as const;
    const { code } = await this.commands.execute(input, reply, command);
    return { inviteId, code, expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(), maxUses };
  }

  @HandleRoute(routes.revokeInvite)
  async revokeInvite(
    @Input() input: In<'revokeInvite'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.commands.execute(input, reply, { type: 'revoke-invite', ...input.params });
  }

  @HandleRoute(routes.joinByInvite)
  async join(
    @Input() input: In<'joinByInvite'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ conversationId: string }> {
    const { conversationId } = await this.commands.execute(input, reply, { type: 'join-by-invite', ...input.body });
    return { conversationId };
  }
}

const millisecondsOf = (time: string | null | undefined): number | null =>
  time === null || time === undefined ? null : Date.parse(time);
