import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, MarkUnread } from '@parley/ports';

export class MarkUnreadCommand extends Command<CommandResult> {
  constructor(
    readonly input: MarkUnread,
    readonly context: CommandContext,
  ) {
    super();
  }
}
