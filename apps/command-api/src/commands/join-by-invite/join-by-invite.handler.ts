import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { joinByInvite } from '@parley/domain';
import { CommandRejected, type JoinedResult } from '@parley/ports';
import { Conversations } from '../../conversations/conversations.js';
import { hashOfSecret, parseInviteCode } from '../../conversations/invite-code.js';
import { RegisteredPeople } from '../../users/registered-people.js';
import { JoinByInviteCommand } from './join-by-invite.command.js';

@CommandHandler(JoinByInviteCommand)
export class JoinByInviteHandler implements ICommandHandler<JoinByInviteCommand> {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(RegisteredPeople) private readonly people: RegisteredPeople,
  ) {}

  async execute({ input, context }: JoinByInviteCommand): Promise<JoinedResult> {
    const { actorId, now } = context;
    const invite = parseInviteCode(input.code);
    if (invite === null) throw new CommandRejected('invite_invalid');
    const { conversationId } = invite;
    const codeHash = hashOfSecret(invite.secret);
    const { position } = await this.conversations.decide(
      conversationId,
      context,
      (state) => joinByInvite(state, { actorId, codeHash, now }),
      () => this.people.require([actorId]),
    );
    return { position, conversationId };
  }
}
