import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, PinMessage } from '@parley/ports';

export class PinMessageCommand extends Command<CommandResult> {
  constructor(
    readonly input: PinMessage,
    readonly context: CommandContext,
  ) {
    super();
  }
}
