import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { addMembers, authorise, limits } from '@parley/domain';
import { CommandRejected, type CommandResult } from '@parley/ports';
import { Conversations, positionOf } from '../../conversations/conversations.js';
import { rejectionOf } from '../../streams/rejections.js';
import { Users } from '../../users/users.js';
import { AddMembersCommand } from './add-members.command.js';

@CommandHandler(AddMembersCommand)
export class AddMembersHandler implements ICommandHandler<AddMembersCommand> {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(Users) private readonly users: Users,
  ) {}

  async execute({ input, context }: AddMembersCommand): Promise<CommandResult> {
    const { actorId } = context;
    const { conversationId, userIds } = input;
    if (userIds.length > limits.membersPerAdd) {
      throw new CommandRejected('member_limit', `at most ${limits.membersPerAdd} people in one request`);
    }
    // Whoever may not add learns nothing about who exists.
    let access = authorise(await this.conversations.load(conversationId), actorId, 'add');
    if (!access.ok) access = authorise(await this.conversations.fresh(conversationId), actorId, 'add');
    if (!access.ok) throw rejectionOf(access.refusal);
    await this.users.requireRegistered(userIds);
    return this.conversations
      .decide(conversationId, context, (state) => addMembers(state, { actorId, userIds }))
      .then(positionOf);
  }
}
