import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { editMessage } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { Conversations } from '../../conversations/conversations.js';
import { MessageLookup } from '../../conversations/message-lookup.js';
import { MessageTask } from '../../conversations/message-task.js';
import { Users } from '../../users/users.js';
import { EditMessageCommand } from './edit-message.command.js';

@CommandHandler(EditMessageCommand)
export class EditMessageHandler implements ICommandHandler<EditMessageCommand> {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(Users) private readonly users: Users,
    @Inject(MessageLookup) private readonly lookup: MessageLookup,
  ) {}

  execute({ input, context }: EditMessageCommand): Promise<CommandResult> {
    const { actorId } = context;
    const { conversationId, sequence, content, mentions } = input;
    const task = new MessageTask(input, context, this.users, this.lookup, (state, message, blocked) =>
      editMessage(state, { actorId, sequence, message, content, mentions, blocked }),
    );
    return this.conversations.submit(conversationId, task);
  }
}
