import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { blockUser } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { positionOf } from '../../conversations/conversations.js';
import { Users } from '../../users/users.js';
import { BlockUserCommand } from './block-user.command.js';

@CommandHandler(BlockUserCommand)
export class BlockUserHandler implements ICommandHandler<BlockUserCommand> {
  constructor(@Inject(Users) private readonly users: Users) {}

  async execute({ input, context }: BlockUserCommand): Promise<CommandResult> {
    await this.users.requireRegistered([input.userId]);
    return this.users
      .decide(context.actorId, context, (state) => blockUser(state, { userId: input.userId }))
      .then(positionOf);
  }
}
