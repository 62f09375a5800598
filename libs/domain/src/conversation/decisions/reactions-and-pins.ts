import {
  type MessagePinned,
  type MessageUnpinned,
  type ReactionAdded,
  type ReactionRemoved,
  sees,
} from '@parley/events';
import { accept, checkBytes, type Decision, nothingToDo, refuse } from '../../decision.js';
import { limits } from '../../limits.js';
import { type AboutMessage, accessMessage } from '../checks.js';
import { authorise } from '../permissions.js';
import type { ConversationState } from '../state.js';

export interface React extends AboutMessage {
  /** Kept exactly as sent; 1 to limits.emojiBytes bytes. */
  readonly emoji: string;
  /** In a direct conversation: the other person has blocked the actor. */
  readonly blocked: boolean;
}

export function addReaction(state: ConversationState, command: React): Decision<ReactionAdded> {
  const access = accessMessage(state, command, 'react');
  if (!access.ok) return access;
  const { conversation, message } = access;
  const { actorId, sequence, emoji } = command;
  if (message.deleted) return refuse({ code: 'message_deleted' });
  if (conversation.kind === 'direct' && command.blocked) return refuse({ code: 'message_refused' });
  const malformed = checkBytes('emoji', emoji, 1, limits.emojiBytes);
  if (malformed !== null) return malformed;
  const there = message.reactions.find((reaction) => reaction.emoji === emoji);
  if (there?.mine === true) return nothingToDo;
  const limit = limits.reactionsPerMessage;
  if (there === undefined && message.reactions.length >= limit) {
    return refuse({ code: 'reaction_limit', details: { limit, actual: message.reactions.length + 1 } });
  }
  return accept({ type: 'ReactionAdded.v1', data: { sequence, userId: actorId, emoji } });
}

export interface Unreact extends AboutMessage {
  readonly emoji: string;
}

/** Taking back is always allowed. A deleted message has no reactions left. */
export function removeReaction(state: ConversationState, command: Unreact): Decision<ReactionRemoved> {
  const access = accessMessage(state, command, 'react');
  if (!access.ok) return access;
  const { actorId, sequence, emoji } = command;
  const there = access.message.reactions.some((reaction) => reaction.emoji === emoji && reaction.mine);
  if (!there) return nothingToDo;
  return accept({ type: 'ReactionRemoved.v1', data: { sequence, userId: actorId, emoji } });
}

export interface PinMessage extends AboutMessage {
  /** In a direct conversation: the other person has blocked the actor. */
  readonly blocked: boolean;
}

export function pinMessage(state: ConversationState, command: PinMessage): Decision<MessagePinned> {
  const access = accessMessage(state, command, 'pin');
  if (!access.ok) return access;
  const { conversation, message } = access;
  const { actorId, sequence } = command;
  if (message.deleted) return refuse({ code: 'message_deleted' });
  if (conversation.kind === 'direct' && command.blocked) return refuse({ code: 'message_refused' });
  if (conversation.pins.includes(sequence)) return nothingToDo;
  const limit = limits.pinsPerConversation;
  if (conversation.pins.length >= limit) {
    return refuse({ code: 'pin_limit', details: { limit, actual: conversation.pins.length + 1 } });
  }
  return accept({ type: 'MessagePinned.v1', data: { sequence, pinnedBy: actorId } });
}

export interface UnpinMessage {
  readonly actorId: string;
  readonly sequence: number;
}

/** Needs no look-up: the state knows the pins. Deleting a message unpins it. */
export function unpinMessage(state: ConversationState, command: UnpinMessage): Decision<MessageUnpinned> {
  const access = authorise(state, command.actorId, 'pin');
  if (!access.ok) return access;
  const { actorId, sequence } = command;
  const { lastSequence, pins } = access.conversation;
  if (sequence > lastSequence || !sees(access.member.windows, sequence)) return refuse({ code: 'message_not_found' });
  if (!pins.includes(sequence)) return nothingToDo;
  return accept({ type: 'MessageUnpinned.v1', data: { sequence, unpinnedBy: actorId } });
}
