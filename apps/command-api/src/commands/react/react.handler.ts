import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { addReaction } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { Conversations } from '../../conversations/conversations.js';
import { MessageLookup } from '../../conversations/message-lookup.js';
import { MessageTask } from '../../conversations/message-task.js';
import { Users } from '../../users/users.js';
import { ReactCommand } from './react.command.js';

@CommandHandler(ReactCommand)
export class ReactHandler implements ICommandHandler<ReactCommand> {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(Users) private readonly users: Users,
    @Inject(MessageLookup) private readonly lookup: MessageLookup,
  ) {}

  execute({ input, context }: ReactCommand): Promise<CommandResult> {
    const { actorId } = context;
    const { conversationId, sequence, emoji } = input;
    const task = new MessageTask(input, context, this.users, this.lookup, (state, message, blocked) =>
      addReaction(state, { actorId, sequence, message, emoji, blocked }),
    );
    return this.conversations.submit(conversationId, task);
  }
}
