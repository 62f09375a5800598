import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, Unreact } from '@parley/ports';

export class UnreactCommand extends Command<CommandResult> {
  constructor(
    readonly input: Unreact,
    readonly context: CommandContext,
  ) {
    super();
  }
}
