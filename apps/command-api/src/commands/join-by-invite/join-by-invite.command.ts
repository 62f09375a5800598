import { Command } from '@nestjs/cqrs';
import type { CommandContext, JoinByInvite, JoinedResult } from '@parley/ports';

export class JoinByInviteCommand extends Command<JoinedResult> {
  constructor(
    readonly input: JoinByInvite,
    readonly context: CommandContext,
  ) {
    super();
  }
}
