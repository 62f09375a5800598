import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { unpinMessage } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { Conversations, positionOf } from '../../conversations/conversations.js';
import { UnpinMessageCommand } from './unpin-message.command.js';

@CommandHandler(UnpinMessageCommand)
export class UnpinMessageHandler implements ICommandHandler<UnpinMessageCommand> {
  constructor(@Inject(Conversations) private readonly conversations: Conversations) {}

  execute({ input, context }: UnpinMessageCommand): Promise<CommandResult> {
    const { actorId } = context;
    return this.conversations
      .decide(input.conversationId, context, (state) => unpinMessage(state, { actorId, sequence: input.sequence }))
      .then(positionOf);
  }
}
