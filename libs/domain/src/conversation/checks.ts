import { type MessageContent, sees } from '@parley/events';
import { checkBytes, type Refused, refuse } from '../decision.js';
import { limits } from '../limits.js';
import type { Refusal } from '../refusals.js';
import { unreachable } from '../unreachable.js';
import type { MessageFacts } from './message-facts.js';
import { type Access, asMember, authorise, type ConversationAction } from './permissions.js';
import { type ConversationState, memberOf, type StartedConversation } from './state.js';

/** What every command about one message says. */
export interface AboutMessage {
  readonly actorId: string;
  readonly sequence: number;
  /** Looked up; null when there is none with this sequence. */
  readonly message: MessageFacts | null;
}

type MessageAccess = (Extract<Access, { ok: true }> & { readonly message: MessageFacts }) | Refused;

/** The acting member and a message inside their windows. Outside of them there is no such message. */
export function accessMessage(
  state: ConversationState,
  { actorId, sequence, message }: AboutMessage,
  action?: ConversationAction,
): MessageAccess {
  const access = action === undefined ? asMember(state, actorId) : authorise(state, actorId, action);
  if (!access.ok) return access;
  if (message === null || message.sequence !== sequence || !sees(access.member.windows, sequence)) {
    return refuse({ code: 'message_not_found' });
  }
  return { ...access, message };
}

/** Null when as many more people fit in. */
export function checkRoom(conversation: StartedConversation, newcomers: number): Refusal | null {
  const limit = conversation.kind === 'channel' ? limits.channelMembers : limits.groupMembers;
  const actual = conversation.memberCount + newcomers;
  return newcomers > 0 && actual > limit ? { code: 'member_limit', details: { limit, actual } } : null;
}

/** Null when the content is within its limits. */
export function checkContent(content: MessageContent): Refused | null {
  switch (content.type) {
    case 'text.v1':
      return checkBytes('text', content.text, 1, limits.textBytes);
    case 'sealed.v1':
      return (
        checkBytes('scheme', content.scheme, 1, limits.schemeBytes) ??
        checkBytes('ciphertext', content.ciphertext, 1, limits.ciphertextBytes)
      );
    default:
      return unreachable(content);
  }
}

/** Null when all are members and not too many. Former members cannot be mentioned: they would not see it. */
export function checkMentions(state: ConversationState, mentions: readonly string[]): Refused | null {
  if (mentions.length > limits.mentionsPerMessage) {
    const details = { limit: limits.mentionsPerMessage, actual: mentions.length };
    return refuse({ code: 'mention_limit', details });
  }
  const strangers = mentions.filter((userId) => memberOf(state, userId) === null);
  return strangers.length === 0 ? null : refuse({ code: 'mention_not_member', details: { userIds: strangers } });
}
