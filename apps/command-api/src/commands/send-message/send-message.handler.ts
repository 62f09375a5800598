import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MessageAccepted } from '@parley/ports';
import { Conversations } from '../../conversations/conversations.js';
import { SendTask } from '../../conversations/send-task.js';
import { Users } from '../../users/users.js';
import { SendMessageCommand } from './send-message.command.js';

@CommandHandler(SendMessageCommand)
export class SendMessageHandler implements ICommandHandler<SendMessageCommand> {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(Users) private readonly users: Users,
  ) {}

  execute({ input, context }: SendMessageCommand): Promise<MessageAccepted> {
    return this.conversations.submit(input.conversationId, new SendTask(input, context, this.users));
  }
}
