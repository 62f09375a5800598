import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, RemoveMember } from '@parley/ports';

export class RemoveMemberCommand extends Command<CommandResult> {
  constructor(
    readonly input: RemoveMember,
    readonly context: CommandContext,
  ) {
    super();
  }
}
