import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { registerUser } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { positionOf } from '../../conversations/conversations.js';
import { Users } from '../../users/users.js';
import { RegisterUserCommand } from './register-user.command.js';

/** The actor registers themselves: their id is a function of the username (or of an external issuer's subject). */
@CommandHandler(RegisterUserCommand)
export class RegisterUserHandler implements ICommandHandler<RegisterUserCommand> {
  constructor(@Inject(Users) private readonly users: Users) {}

  execute({ input, context }: RegisterUserCommand): Promise<CommandResult> {
    const { actorId: userId } = context;
    const { username, displayName } = input;
    return this.users
      .decide(userId, context, (state) => registerUser(state, { userId, username, displayName }))
      .then(positionOf);
  }
}
