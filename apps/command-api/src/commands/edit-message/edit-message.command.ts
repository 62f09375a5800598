import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, EditMessage } from '@parley/ports';

export class EditMessageCommand extends Command<CommandResult> {
  constructor(
    readonly input: EditMessage,
    readonly context: CommandContext,
  ) {
    super();
  }
}
