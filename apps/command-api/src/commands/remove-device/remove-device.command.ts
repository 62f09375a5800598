import { Command } from '@nestjs/cqrs';
import type { CommandContext, CommandResult, RemoveDevice } from '@parley/ports';

export class RemoveDeviceCommand extends Command<CommandResult> {
  constructor(
    readonly input: RemoveDevice,
    readonly context: CommandContext,
  ) {
    super();
  }
}
