import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { createInvite } from '@parley/domain';
import type { InviteCreatedResult } from '@parley/ports';
import { Conversations } from '../../conversations/conversations.js';
import { hashOfSecret, inviteCode } from '../../conversations/invite-code.js';
import { CreateInviteCommand } from './create-invite.command.js';

@CommandHandler(CreateInviteCommand)
export class CreateInviteHandler implements ICommandHandler<CreateInviteCommand> {
  constructor(@Inject(Conversations) private readonly conversations: Conversations) {}

  async execute({ input, context }: CreateInviteCommand): Promise<InviteCreatedResult> {
    const { actorId, now } = context;
    const { conversationId, inviteId, secret, expiresAt, maxUses } = input;
    const codeHash = hashOfSecret(secret);
    const { position } = await this.conversations.decide(conversationId, context, (state) =>
      createInvite(state, { actorId, inviteId, codeHash, expiresAt, maxUses, now }),
    );
    return { position, inviteId, code: inviteCode(conversationId, secret) };
  }
}
