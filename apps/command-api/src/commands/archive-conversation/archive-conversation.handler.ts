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

  execute({ input, context }: ArchiveConversationCommand): Promise<CommandResult> {
    const { actorId } = context;
    const { conversationId } = input;
    return this.users
      .decide(
        actorId,
        context,
        (state) =>
          input.archived
            ? archiveConversation(state, { conversationId })
            : unarchiveConversation(state, { conversationId }),
        () => this.conversations.requireMember(conversationId, actorId),
      )
      .then(positionOf);
  }
}
