import { type ForwardedFrom, type MessageContent, type MessageSent, sees } from '@parley/events';
import { accept, checkBytes, type Decision, type Refused, refuse } from '../../decision.js';
import { limits } from '../../limits.js';
import { authorise } from '../permissions.js';
import { type ConversationState, memberOf } from '../state.js';

export interface SendMessage {
  readonly actorId: string;
  readonly messageId: string;
  readonly clientMessageId: string;
  readonly content: MessageContent;
  /** Sequence of a message that the sender may see. */
  readonly replyTo?: number;
  /** User ids of members; repetitions are passed over. */
  readonly mentions?: readonly string[];
  /** The caller has checked that the sender may see it. */
  readonly forwardedFrom?: ForwardedFrom;
  /** In a direct conversation: the other person has blocked the sender. */
  readonly blocked: boolean;
}

/**
 * Takes the next sequence. The state knows nothing of message ids: that the same (sender, clientMessageId) is sent only
 * once is guaranteed by the event id, which the caller derives from them.
 */
export function sendMessage(state: ConversationState, command: SendMessage): Decision<MessageSent> {
  const access = authorise(state, command.actorId, 'send');
  if (!access.ok) return access;
  const { conversation, member } = access;
  const { messageId, clientMessageId, actorId, content, replyTo, forwardedFrom } = command;
  if (conversation.kind === 'direct' && command.blocked) return refuse({ code: 'message_refused' });
  const malformed =
    checkBytes(clientMessageId, 1, limits.clientMessageIdBytes, 'client_message_id_invalid') ?? checkContent(content);
  if (malformed !== null) return malformed;
  if (replyTo !== undefined && (replyTo > conversation.lastSequence || !sees(member.windows, replyTo))) {
    return refuse({ code: 'message_not_found' });
  }
  const mentions = command.mentions === undefined ? [] : [...new Set(command.mentions)];
  const strangers = checkMentions(state, mentions);
  if (strangers !== null) return strangers;
  return accept({
    type: 'MessageSent.v1',
    data: {
      sequence: conversation.lastSequence + 1,
      messageId,
      clientMessageId,
      senderId: actorId,
      content,
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(mentions.length === 0 ? {} : { mentions }),
      ...(forwardedFrom === undefined ? {} : { forwardedFrom }),
    },
  });
}

/** Null when the content is within its limits. */
export function checkContent(content: MessageContent): Refused | null {
  switch (content.type) {
    case 'text.v1':
      if (content.text === '') return checkBytes(content.text, 1, limits.textBytes, 'content_empty');
      return checkBytes(content.text, 1, limits.textBytes, 'content_too_large');
    case 'sealed.v1':
      if (content.ciphertext === '') return checkBytes(content.ciphertext, 1, limits.ciphertextBytes, 'content_empty');
      return (
        checkBytes(content.scheme, 1, limits.schemeBytes, 'content_too_large') ??
        checkBytes(content.ciphertext, 1, limits.ciphertextBytes, 'content_too_large')
      );
  }
}

/** Null when all are members and not too many. Former members cannot be mentioned: they would not see it. */
export function checkMentions(state: ConversationState, mentions: readonly string[]): Refused | null {
  if (mentions.length > limits.mentionsPerMessage) {
    const details = { limit: limits.mentionsPerMessage, actual: mentions.length };
    return refuse({ code: 'mention_limit', details });
  }
  const strangers = mentions.filter((userId) => memberOf(state, userId) === null);
  return strangers.length === 0 ? null : refuse({ code: 'mention_not_a_member', details: { userIds: strangers } });
}
