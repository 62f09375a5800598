import { Command } from '@nestjs/cqrs';
import type { CommandContext, MessageAccepted, SendMessage } from '@parley/ports';

export class SendMessageCommand extends Command<MessageAccepted> {
  constructor(
    readonly input: SendMessage,
    readonly context: CommandContext,
  ) {
    super();
  }
}
