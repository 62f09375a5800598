import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, React } from '@parley/ports';

export class ReactCommand extends Command<CommandResult> {
  constructor(
    readonly input: React,
    readonly context: CommandContext,
  ) {
    super();
  }
}
