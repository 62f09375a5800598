import { Command } from '@nestjs/cqrs';
import type { AddDevice, CommandContext, CommandResult } from '@parley/ports';

export class AddDeviceCommand extends Command<CommandResult> {
  constructor(
    readonly input: AddDevice,
    readonly context: CommandContext,
  ) {
    super();
  }
}
