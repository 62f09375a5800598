import { Command } from '@nestjs/cqrs';
import type { CommandContext, ConversationStartedResult, StartConversation } from '@parley/ports';

export class StartConversationCommand extends Command<ConversationStartedResult> {
  constructor(
    readonly input: StartConversation,
    readonly context: CommandContext,
  ) {
    super();
  }
}
