import type { ConversationEvent, MessageContent } from '@parley/events';
import { unreachable } from '../unreachable.js';

/** What a decision must know about one message. Looked up by its sequence, as somebody who is about to act sees it. */
export interface MessageFacts {
  readonly sequence: number;
  readonly senderId: string;
  /** Null once deleted. */
  readonly content: MessageContent | null;
  readonly mentions: readonly string[];
  readonly deleted: boolean;
  /** One for each different emoji: at most limits.reactionsPerMessage. */
  readonly reactions: readonly ReactionFacts[];
}

export interface ReactionFacts {
  readonly emoji: string;
  /** How many people; at least 1. */
  readonly count: number;
  /** The acting user is one of them. */
  readonly mine: boolean;
}

/**
 * Brings facts up to the head of the stream: fold over them the events that the lookup has not seen yet, in order.
 * Events that concern another sequence change nothing. From null, the MessageSent with this sequence begins them.
 */
export function foldMessageFacts(
  facts: MessageFacts | null,
  event: ConversationEvent,
  about: { readonly sequence: number; readonly actorId: string },
): MessageFacts | null {
  if (!concernsMessage(event) || event.data.sequence !== about.sequence) return facts;
  if (event.type === 'MessageSent.v1') {
    const { sequence, senderId, content, mentions = [] } = event.data;
    return { sequence, senderId, content, mentions, deleted: false, reactions: [] };
  }
  if (facts === null) return null;
  switch (event.type) {
    case 'MessageEdited.v1':
      return { ...facts, content: event.data.content, mentions: event.data.mentions ?? [] };
    case 'MessageDeleted.v1':
      return { ...facts, content: null, mentions: [], deleted: true, reactions: [] };
    case 'ReactionAdded.v1':
    case 'ReactionRemoved.v1': {
      const mine = event.data.userId === about.actorId;
      const change = event.type === 'ReactionAdded.v1' ? 1 : -1;
      return { ...facts, reactions: countReaction(facts.reactions, event.data.emoji, change, mine) };
    }
    case 'MessagePinned.v1': // the state of the conversation knows the pins
    case 'MessageUnpinned.v1':
      return facts;
    default:
      return unreachable(event);
  }
}

type MessageEvent = Extract<ConversationEvent, { readonly data: { readonly sequence: number } }>;

const concernsMessage = (event: ConversationEvent): event is MessageEvent => 'sequence' in event.data;

function countReaction(
  reactions: readonly ReactionFacts[],
  emoji: string,
  change: 1 | -1,
  mine: boolean,
): readonly ReactionFacts[] {
  const before = reactions.find((reaction) => reaction.emoji === emoji) ?? { emoji, count: 0, mine: false };
  const after = { emoji, count: before.count + change, mine: mine ? change === 1 : before.mine };
  const others = reactions.filter((reaction) => reaction.emoji !== emoji);
  return after.count > 0 ? [...others, after] : others;
}
