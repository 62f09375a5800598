import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MessageAccepted } from '@parley/ports';
import { Conversations } from '../../conversations/conversations.js';
import { Users } from '../../users/users.js';
import { ForwardLookup } from './forward-lookup.js';
import { ForwardTask } from './forward-task.js';
import { ForwardMessageCommand } from './forward-message.command.js';

@CommandHandler(ForwardMessageCommand)
export class ForwardMessageHandler implements ICommandHandler<ForwardMessageCommand> {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(Users) private readonly users: Users,
    @Inject(ForwardLookup) private readonly lookup: ForwardLookup,
  ) {}

  execute({ input, context }: ForwardMessageCommand): Promise<MessageAccepted> {
    return this.conversations.submit(input.conversationId, new ForwardTask(input, context, this.users, this.lookup));
  }
}
