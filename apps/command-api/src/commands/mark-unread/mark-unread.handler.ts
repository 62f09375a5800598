import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { clearUnreadMark, markConversationUnread } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { Conversations, positionOf } from '../../conversations/conversations.js';
import { Users } from '../../users/users.js';
import { MarkUnreadCommand } from './mark-unread.command.js';

@CommandHandler(MarkUnreadCommand)
export class MarkUnreadHandler implements ICommandHandler<MarkUnreadCommand> {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(Users) private readonly users: Users,
  ) {}

  execute({ input, context }: MarkUnreadCommand): Promise<CommandResult> {
    const { actorId } = context;
    const { conversationId } = input;
    return this.users
      .decide(
        actorId,
        context,
        (state) =>
          input.marked ? markConversationUnread(state, { conversationId }) : clearUnreadMark(state, { conversationId }),
        () => this.conversations.requireMember(conversationId, actorId),
      )
      .then(positionOf);
  }
}
