import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, DeleteMessage } from '@parley/ports';

export class DeleteMessageCommand extends Command<CommandResult> {
  constructor(
    readonly input: DeleteMessage,
    readonly context: CommandContext,
  ) {
    super();
  }
}
