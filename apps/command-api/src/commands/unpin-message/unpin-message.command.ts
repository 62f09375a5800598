import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, UnpinMessage } from '@parley/ports';

export class UnpinMessageCommand extends Command<CommandResult> {
  constructor(
    readonly input: UnpinMessage,
    readonly context: CommandContext,
  ) {
    super();
  }
}
