import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, RevokeInvite } from '@parley/ports';

export class RevokeInviteCommand extends Command<CommandResult> {
  constructor(
    readonly input: RevokeInvite,
    readonly context: CommandContext,
  ) {
    super();
  }
}
