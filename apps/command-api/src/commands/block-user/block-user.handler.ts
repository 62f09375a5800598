import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { blockUser } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { positionOf } from '../../conversations/conversations.js';
import { RegisteredPeople } from '../../users/registered-people.js';
import { Users } from '../../users/users.js';
import { BlockUserCommand } from './block-user.command.js';

@CommandHandler(BlockUserCommand)
export class BlockUserHandler implements ICommandHandler<BlockUserCommand> {
  constructor(
    @Inject(Users) private readonly users: Users,
    @Inject(RegisteredPeople) private readonly people: RegisteredPeople,
  ) {}

  execute({ input, context }: BlockUserCommand): Promise<CommandResult> {
    const { userId } = input;
    return this.users
      .decide(
        context.actorId,
        context,
        (state) => blockUser(state, { userId }),
        () => this.people.require([userId]),
      )
      .then(positionOf);
  }
}
