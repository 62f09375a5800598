import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, LeaveConversation } from '@parley/ports';

export class LeaveConversationCommand extends Command<CommandResult> {
  constructor(
    readonly input: LeaveConversation,
    readonly context: CommandContext,
  ) {
    super();
  }
}
