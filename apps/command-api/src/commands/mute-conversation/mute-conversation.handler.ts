import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { muteConversation, unmuteConversation } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { Conversations, positionOf } from '../../conversations/conversations.js';
import { Users } from '../../users/users.js';
import { MuteConversationCommand } from './mute-conversation.command.js';

@CommandHandler(MuteConversationCommand)
export class MuteConversationHandler implements ICommandHandler<MuteConversationCommand> {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(Users) private readonly users: Users,
  ) {}

  execute({ input, context }: MuteConversationCommand): Promise<CommandResult> {
    const { actorId } = context;
    const { conversationId } = input;
    return this.users
      .decide(
        actorId,
        context,
        (state) =>
          input.muted
            ? muteConversation(state, { conversationId, until: input.until })
            : unmuteConversation(state, { conversationId }),
        () => this.conversations.requireMember(conversationId, actorId),
      )
      .then(positionOf);
  }
}
