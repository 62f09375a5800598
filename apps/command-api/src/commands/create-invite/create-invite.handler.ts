import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { createInvite } from '@parley/domain';
import { newId } from '@parley/platform';
import type { InviteCreatedResult } from '@parley/ports';
import { Conversations } from '../../conversations/conversations.js';
import { hashOfSecret, inviteCode, newSecret } from '../../conversations/invite-code.js';
import { CreateInviteCommand } from './create-invite.command.js';

@CommandHandler(CreateInviteCommand)
export class CreateInviteHandler implements ICommandHandler<CreateInviteCommand> {
  constructor(@Inject(Conversations) private readonly conversations: Conversations) {}

  async execute({ input, context }: CreateInviteCommand): Promise<InviteCreatedResult> {
    const { actorId, now } = context;
    const { conversationId, expiresAt, maxUses } = input;
    const inviteId = newId('inv');
    const secret = newSecret();
    const codeHash = hashOfSecret(secret);
    const { position } = await this.conversations.decide(conversationId, context, (state) =>
      createInvite(state, { actorId, inviteId, codeHash, expiresAt, maxUses, now }),
    );
    return { position, inviteId, code: inviteCode(conversationId, secret) };
  }
}
