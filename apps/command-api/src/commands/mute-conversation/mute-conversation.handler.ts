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

  async execute({ input, context }: MuteConversationCommand): Promise<CommandResult> {
    const { conversationId } = input;
    await this.conversations.requireMember(conversationId, context.actorId);
    return this.users
      .decide(context.actorId, context, (state) =>
        input.muted
          ? muteConversation(state, { conversationId, until: input.until })
          : unmuteConversation(state, { conversationId }),
      )
      .then(positionOf);
  }
}
