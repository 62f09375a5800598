import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { startDirect, startGroupOrChannel } from '@parley/domain';
import { conversationStream, decodeEvent, type ConversationStarted } from '@parley/events';
import { conversationIdOfKey, directConversationId } from '@parley/platform';
import {
  CommandRejected,
  type CommandContext,
  type ConversationStartedResult,
  type StartConversation,
} from '@parley/ports';
import { Conversations } from '../../conversations/conversations.js';
import { LogServices } from '../../streams/owner-services.js';
import { RegisteredPeople } from '../../users/registered-people.js';
import { Users } from '../../users/users.js';
import { StartConversationCommand } from './start-conversation.command.js';

/**
 * A direct conversation's id is a function of its two people, that of a group or channel one of starter and key: starting
 * twice finds the same stream, and the second time nothing happens.
 */
@CommandHandler(StartConversationCommand)
export class StartConversationHandler implements ICommandHandler<StartConversationCommand> {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(Users) private readonly users: Users,
    @Inject(RegisteredPeople) private readonly people: RegisteredPeople,
    @Inject(LogServices) private readonly services: LogServices,
  ) {}

  async execute({ input, context }: StartConversationCommand): Promise<ConversationStartedResult> {
    await this.people.require([...new Set([context.actorId, ...input.memberIds])]);
    return input.kind === 'direct' ? this.#direct(input, context) : this.#groupOrChannel(input, input.kind, context);
  }

  async #direct(input: StartConversation, context: CommandContext): Promise<ConversationStartedResult> {
    const { actorId } = context;
    const [otherId, ...more] = input.memberIds;
    if (otherId === undefined || more.length > 0) {
      throw new CommandRejected('invalid_request', 'a direct conversation has exactly one other person');
    }
    const conversationId = directConversationId(actorId, otherId);
    const blocked = (await this.users.readBlockedBy(otherId)).has(actorId);
    const { events, position } = await this.conversations.decide(conversationId, context, (state) =>
      startDirect(state, { conversationId, actorId, otherId, blocked }),
    );
    if (events.length > 0) return { conversationId, position, created: true };
    const first = await this.#firstEvent(conversationId);
    return { conversationId, position: first.position, created: false };
  }

  async #groupOrChannel(
    input: StartConversation,
    kind: 'group' | 'channel',
    context: CommandContext,
  ): Promise<ConversationStartedResult> {
    const { actorId } = context;
    const { idempotencyKey, memberIds, title = null, description = null } = input;
    const conversationId = conversationIdOfKey(actorId, idempotencyKey);
    const { events, position } = await this.conversations.decide(conversationId, context, (state) =>
      startGroupOrChannel(state, { conversationId, kind, actorId, title, description, memberIds }),
    );
    if (events.length > 0) return { conversationId, position, created: true };
    const first = await this.#firstEvent(conversationId);
    const asked = new Set([actorId, ...memberIds]);
    const { members } = first.data;
    const same =
      first.data.title === title &&
      first.data.description === description &&
      members.length === asked.size &&
      members.every(({ userId }) => asked.has(userId));
    if (!same) throw new CommandRejected('idempotency_conflict');
    return { conversationId, position: first.position, created: false };
  }

  async #firstEvent(
    conversationId: string,
  ): Promise<{ readonly data: ConversationStarted['data']; readonly position: number }> {
    const stream = conversationStream(conversationId);
    const [first] = await this.services.reader.readStream(stream, { from: 0, limit: 1 });
    if (first === undefined) throw new Error(`${stream} was there and is empty`);
    return { data: (decodeEvent(first).event as ConversationStarted).data, position: first.position };
  }
}
