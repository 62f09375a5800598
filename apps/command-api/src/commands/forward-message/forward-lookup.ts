import { Inject, Injectable } from '@nestjs/common';
import { memberOf } from '@parley/domain';
import {
  conversationStream,
  decodeEvent,
  type ForwardedFrom,
  type MessageContent,
  type MessageSent,
  sees,
} from '@parley/events';
import { CommandRejected, type ForwardMessage } from '@parley/ports';
import { Conversations } from '../../conversations/conversations.js';
import { MessageLookup } from '../../conversations/message-lookup.js';
import { LogServices } from '../../streams/owner-services.js';

/** What the forward becomes, or became when it was said before. */
interface Forward {
  readonly conversationId: string;
  readonly eventId: string;
}

export interface Original {
  readonly content: MessageContent;
  readonly forwardedFrom: ForwardedFrom;
}

/** Finds the message to forward, with the eyes of the one who forwards it. */
@Injectable()
export class ForwardLookup {
  constructor(
    @Inject(Conversations) private readonly conversations: Conversations,
    @Inject(MessageLookup) private readonly messages: MessageLookup,
    @Inject(LogServices) private readonly services: LogServices,
  ) {}

  /**
   * Needs membership now, and the message within the actor's windows. When this very forward was accepted before, it is
   * answered from there: the original may be out of sight by now.
   * @throws CommandRejected `message_not_found`, `message_deleted`
   */
  async find(from: ForwardMessage['from'], actorId: string, forward: Forward): Promise<Original> {
    const { conversationId, sequence } = from;
    // What another node removed them from is not shown to them here: the log is asked.
    const member = memberOf(await this.conversations.fresh(conversationId), actorId);
    if (member === null || !sees(member.windows, sequence)) return this.#accepted(from, forward, 'message_not_found');
    const { facts, messageId } = await this.messages.current(conversationId, sequence, actorId);
    if (facts === null || messageId === null) return this.#accepted(from, forward, 'message_not_found');
    if (facts.content === null) return this.#accepted(from, forward, 'message_deleted');
    return { content: facts.content, forwardedFrom: { conversationId, messageId, senderId: facts.senderId } };
  }

  async #accepted(
    { conversationId }: ForwardMessage['from'],
    forward: Forward,
    otherwise: 'message_not_found' | 'message_deleted',
  ): Promise<Original> {
    const stored = await this.services.reader.findEvent(forward.eventId, conversationStream(forward.conversationId));
    const data = stored === null ? null : (decodeEvent(stored).event as MessageSent).data;
    if (data?.forwardedFrom?.conversationId !== conversationId) throw new CommandRejected(otherwise);
    return { content: data.content, forwardedFrom: data.forwardedFrom };
  }
}
