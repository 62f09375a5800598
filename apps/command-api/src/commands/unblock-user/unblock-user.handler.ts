import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { unblockUser } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { positionOf } from '../../conversations/conversations.js';
import { Users } from '../../users/users.js';
import { UnblockUserCommand } from './unblock-user.command.js';

@CommandHandler(UnblockUserCommand)
export class UnblockUserHandler implements ICommandHandler<UnblockUserCommand> {
  constructor(@Inject(Users) private readonly users: Users) {}

  execute({ input, context }: UnblockUserCommand): Promise<CommandResult> {
    return this.users
      .decide(context.actorId, context, (state) => unblockUser(state, { userId: input.userId }))
      .then(positionOf);
  }
}
