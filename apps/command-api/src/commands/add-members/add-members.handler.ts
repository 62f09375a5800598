import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { addMembers } from '@parley/domain';
import type { CommandResult } from '@parley/ports';
import { Conversations, positionOf } from '../../conversations/conversations.js';
import { RegisteredPeople } from '../../users/registered-people.js';
import { AddMembersCommand } from './add-members.command.js';

@CommandHandler(AddMembersCommand)
export class AddMembersHandler implements ICommandHandler<AddMembersCommand> {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(RegisteredPeople) private readonly people: RegisteredPeople,
  ) {}

  execute({ input, context }: AddMembersCommand): Promise<CommandResult> {
    const { actorId } = context;
    const { conversationId, userIds } = input;
    return this.conversations
      .decide(
        conversationId,
        context,
        (state) => addMembers(state, { actorId, userIds }),
        () => this.people.require(userIds),
      )
      .then(positionOf);
  }
}
