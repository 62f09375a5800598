import { Command } from '@nestjs/cqrs';
import type { ChangeRole, CommandContext, CommandResult } from '@parley/ports';

export class ChangeRoleCommand extends Command<CommandResult> {
  constructor(
    readonly input: ChangeRole,
    readonly context: CommandContext,
  ) {
    super();
  }
}
