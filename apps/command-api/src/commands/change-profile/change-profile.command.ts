import { Command } from '@nestjs/cqrs';
import type { ChangeProfile, CommandContext, CommandResult } from '@parley/ports';

export class ChangeProfileCommand extends Command<CommandResult> {
  constructor(
    readonly input: ChangeProfile,
    readonly context: CommandContext,
  ) {
    super();
  }
}
