import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, UnblockUser } from '@parley/ports';

export class UnblockUserCommand extends Command<CommandResult> {
  constructor(
    readonly input: UnblockUser,
    readonly context: CommandContext,
  ) {
    super();
  }
}
