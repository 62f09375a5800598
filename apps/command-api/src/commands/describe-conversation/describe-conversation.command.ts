import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, DescribeConversation } from '@parley/ports';

export class DescribeConversationCommand extends Command<CommandResult> {
  constructor(
    readonly input: DescribeConversation,
    readonly context: CommandContext,
  ) {
    super();
  }
}
