import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { deleteMessage } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { Conversations } from '../../conversations/conversations.js';
import { MessageLookup } from '../../conversations/message-lookup.js';
import { MessageTask } from '../../conversations/message-task.js';
import { Users } from '../../users/users.js';
import { DeleteMessageCommand } from './delete-message.command.js';

@CommandHandler(DeleteMessageCommand)
export class DeleteMessageHandler implements ICommandHandler<DeleteMessageCommand> {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(Users) private readonly users: Users,
    @Inject(MessageLookup) private readonly lookup: MessageLookup,
  ) {}

  execute({ input, context }: DeleteMessageCommand): Promise<CommandResult> {
    const { actorId } = context;
    const { conversationId, sequence } = input;
    const task = new MessageTask(input, context, this.users, this.lookup, (state, message) =>
      deleteMessage(state, { actorId, sequence, message }),
    );
    return this.conversations.submit(conversationId, task);
  }
}
