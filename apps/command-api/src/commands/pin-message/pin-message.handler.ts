import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { pinMessage } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { Conversations } from '../../conversations/conversations.js';
import { MessageLookup } from '../../conversations/message-lookup.js';
import { MessageTask } from '../../conversations/message-task.js';
import { Users } from '../../users/users.js';
import { PinMessageCommand } from './pin-message.command.js';

@CommandHandler(PinMessageCommand)
export class PinMessageHandler implements ICommandHandler<PinMessageCommand> {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(Users) private readonly users: Users,
    @Inject(MessageLookup) private readonly lookup: MessageLookup,
  ) {}

  execute({ input, context }: PinMessageCommand): Promise<CommandResult> {
    const { actorId } = context;
    const { conversationId, sequence } = input;
    const task = new MessageTask(input, context, this.users, this.lookup, (state, message, blocked) =>
      pinMessage(state, { actorId, sequence, message, blocked }),
    );
    return this.conversations.submit(conversationId, task);
  }
}
