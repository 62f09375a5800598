import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { removeReaction } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { Conversations } from '../../conversations/conversations.js';
import { MessageLookup } from '../../conversations/message-lookup.js';
import { MessageTask } from '../../conversations/message-task.js';
import { Users } from '../../users/users.js';
import { UnreactCommand } from './unreact.command.js';

@CommandHandler(UnreactCommand)
export class UnreactHandler implements ICommandHandler<UnreactCommand> {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(Users) private readonly users: Users,
    @Inject(MessageLookup) private readonly lookup: MessageLookup,
  ) {}

  execute({ input, context }: UnreactCommand): Promise<CommandResult> {
    const { actorId } = context;
    const { conversationId, sequence, emoji } = input;
    const task = new MessageTask(input, context, this.users, this.lookup, (state, message) =>
      removeReaction(state, { actorId, sequence, message, emoji }),
    );
    return this.conversations.submit(conversationId, task);
  }
}
