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

  async execute({ input, context }: MarkUnreadCommand): Promise<CommandResult> {
    const { conversationId } = input;
    await this.conversations.requireMember(conversationId, context.actorId);
    return this.users
      .decide(context.actorId, context, (state) =>
        input.marked ? markConversationUnread(state, { conversationId }) : clearUnreadMark(state, { conversationId }),
      )
      .then(positionOf);
  }
}
