import { Command } from '@nestjs/cqrs';
import type { ArchiveConversation, CommandContext, CommandResult } from '@parley/ports';

export class ArchiveConversationCommand extends Command<CommandResult> {
  constructor(
    readonly input: ArchiveConversation,
    readonly context: CommandContext,
  ) {
    super();
  }
}
