import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, TransferOwnership } from '@parley/ports';

export class TransferOwnershipCommand extends Command<CommandResult> {
  constructor(
    readonly input: TransferOwnership,
    readonly context: CommandContext,
  ) {
    super();
  }
}
