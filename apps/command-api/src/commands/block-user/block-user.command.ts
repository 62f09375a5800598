import { Command } from '@nestjs/cqrs';
import type { BlockUser, CommandContext, CommandResult } from '@parley/ports';

export class BlockUserCommand extends Command<CommandResult> {
  constructor(
    readonly input: BlockUser,
    readonly context: CommandContext,
  ) {
    super();
  }
}
