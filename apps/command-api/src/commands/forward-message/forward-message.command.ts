import { Command } from '@nestjs/cqrs';
import type { CommandContext, ForwardMessage, MessageAccepted } from '@parley/ports';

export class ForwardMessageCommand extends Command<MessageAccepted> {
  constructor(
    readonly input: ForwardMessage,
    readonly context: CommandContext,
  ) {
    super();
  }
}
