import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandResult } from '@parley/ports';
import { Receipts } from '../../receipts/receipts.js';
import { AdvanceWatermarkCommand } from './advance-watermark.command.js';

@CommandHandler(AdvanceWatermarkCommand)
export class AdvanceWatermarkHandler implements ICommandHandler<AdvanceWatermarkCommand> {
  constructor(@Inject(Receipts) private readonly receipts: Receipts) {}

  execute({ input, context }: AdvanceWatermarkCommand): Promise<CommandResult> {
    return this.receipts.advance(input, context);
  }
}
