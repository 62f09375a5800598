import { Command } from '@nestjs/cqrs';
import type { AddMembers, CommandContext, CommandResult } from '@parley/ports';

export class AddMembersCommand extends Command<CommandResult> {
  constructor(
    readonly input: AddMembers,
    readonly context: CommandContext,
  ) {
    super();
  }
}
