import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { removeMember } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { Conversations, positionOf } from '../../conversations/conversations.js';
import { RemoveMemberCommand } from './remove-member.command.js';

@CommandHandler(RemoveMemberCommand)
export class RemoveMemberHandler implements ICommandHandler<RemoveMemberCommand> {
  constructor(@Inject(Conversations) private readonly conversations: Conversations) {}

  execute({ input, context }: RemoveMemberCommand): Promise<CommandResult> {
    const { actorId } = context;
    return this.conversations
      .decide(input.conversationId, context, (state) => removeMember(state, { actorId, userId: input.userId }))
      .then(positionOf);
  }
}
