import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { changeProfile } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { positionOf } from '../../conversations/conversations.js';
import { Users } from '../../users/users.js';
import { ChangeProfileCommand } from './change-profile.command.js';

@CommandHandler(ChangeProfileCommand)
export class ChangeProfileHandler implements ICommandHandler<ChangeProfileCommand> {
  constructor(@Inject(Users) private readonly users: Users) {}

  execute({ input, context }: ChangeProfileCommand): Promise<CommandResult> {
    return this.users.decide(context.actorId, context, (state) => changeProfile(state, input)).then(positionOf);
  }
}
