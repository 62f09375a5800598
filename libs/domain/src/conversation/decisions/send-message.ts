import { type ForwardedFrom, type MessageContent, type MessageSent, sees } from '@parley/events';
import { accept, checkBytes, type Decision, refuse } from '../../decision.js';
import { limits } from '../../limits.js';
import { checkContent, checkMentions } from '../checks.js';
import { authorise } from '../permissions.js';
import type { ConversationState } from '../state.js';

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
    checkBytes('clientMessageId', clientMessageId, 1, limits.clientMessageIdBytes) ?? checkContent(content);
  if (malformed !== null) return malformed;
  if (replyTo !== undefined && (replyTo > conversation.lastSequence || !sees(member.windows, replyTo))) {
    return refuse({ code: 'reply_target_missing' });
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
