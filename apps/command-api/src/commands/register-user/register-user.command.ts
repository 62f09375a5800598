import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, RegisterUser } from '@parley/ports';

export class RegisterUserCommand extends Command<CommandResult> {
  constructor(
    readonly input: RegisterUser,
    readonly context: CommandContext,
  ) {
    super();
  }
}
