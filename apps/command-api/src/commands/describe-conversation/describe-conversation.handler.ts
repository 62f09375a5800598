import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { describeConversation } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { Conversations, positionOf } from '../../conversations/conversations.js';
import { DescribeConversationCommand } from './describe-conversation.command.js';

@CommandHandler(DescribeConversationCommand)
export class DescribeConversationHandler implements ICommandHandler<DescribeConversationCommand> {
  constructor(@Inject(Conversations) private readonly conversations: Conversations) {}

  execute({ input, context }: DescribeConversationCommand): Promise<CommandResult> {
    const { actorId } = context;
    return this.conversations
      .decide(input.conversationId, context, (state) =>
        describeConversation(state, { actorId, description: input.description }),
      )
      .then(positionOf);
  }
}
