import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { archiveConversation, unarchiveConversation } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { Conversations, positionOf } from '../../conversations/conversations.js';
import { Users } from '../../users/users.js';
import { ArchiveConversationCommand } from './archive-conversation.command.js';

@CommandHandler(ArchiveConversationCommand)
export class ArchiveConversationHandler implements ICommandHandler<ArchiveConversationCommand> {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(Users) private readonly users: Users,
  ) {}

  async execute({ input, context }: ArchiveConversationCommand): Promise<CommandResult> {
    const { conversationId } = input;
    await this.conversations.requireMember(conversationId, context.actorId);
    return this.users
      .decide(context.actorId, context, (state) =>
        input.archived
          ? archiveConversation(state, { conversationId })
          : unarchiveConversation(state, { conversationId }),
      )
      .then(positionOf);
  }
}
