import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { renameConversation } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { Conversations, positionOf } from '../../conversations/conversations.js';
import { RenameConversationCommand } from './rename-conversation.command.js';

@CommandHandler(RenameConversationCommand)
export class RenameConversationHandler implements ICommandHandler<RenameConversationCommand> {
  constructor(@Inject(Conversations) private readonly conversations: Conversations) {}

  execute({ input, context }: RenameConversationCommand): Promise<CommandResult> {
    const { actorId } = context;
    return this.conversations
      .decide(input.conversationId, context, (state) => renameConversation(state, { actorId, title: input.title }))
      .then(positionOf);
  }
}
