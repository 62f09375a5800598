import { Command } from '@nestjs/cqrs';
import type { AdvanceWatermark, CommandContext, CommandResult } from '@parley/ports';

export class AdvanceWatermarkCommand extends Command<CommandResult> {
  constructor(
    readonly input: AdvanceWatermark,
    readonly context: CommandContext,
  ) {
    super();
  }
}
