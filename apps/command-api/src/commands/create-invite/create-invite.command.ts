import { Command } from '@nestjs/cqrs';
import type { CommandContext, CreateInvite, InviteCreatedResult } from '@parley/ports';

export class CreateInviteCommand extends Command<InviteCreatedResult> {
  constructor(
    readonly input: CreateInvite,
    readonly context: CommandContext,
  ) {
    super();
  }
}
