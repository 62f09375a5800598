import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, RenameConversation } from '@parley/ports';

export class RenameConversationCommand extends Command<CommandResult> {
  constructor(
    readonly input: RenameConversation,
    readonly context: CommandContext,
  ) {
    super();
  }
}
