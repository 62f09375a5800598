import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, MuteConversation } from '@parley/ports';

export class MuteConversationCommand extends Command<CommandResult> {
  constructor(
    readonly input: MuteConversation,
    readonly context: CommandContext,
  ) {
    super();
  }
}
