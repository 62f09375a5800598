import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { leaveConversation } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { Conversations, positionOf } from '../../conversations/conversations.js';
import { LeaveConversationCommand } from './leave-conversation.command.js';

@CommandHandler(LeaveConversationCommand)
export class LeaveConversationHandler implements ICommandHandler<LeaveConversationCommand> {
  constructor(@Inject(Conversations) private readonly conversations: Conversations) {}

  execute({ input, context }: LeaveConversationCommand): Promise<CommandResult> {
    const { actorId } = context;
    return this.conversations
      .decide(input.conversationId, context, (state) => leaveConversation(state, { actorId }))
      .then(positionOf);
  }
}
