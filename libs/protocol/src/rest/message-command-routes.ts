import { z } from 'zod';
import { clientMessageId, conversationId, userId } from '../frames.js';
import { messageContent } from '../views.js';
import { onConversation, writeErrorsAnd } from './command-shapes.js';
import { defineRoutes } from './route.js';

const sequenceInPath = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const sequence = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const onMessage = z.strictObject({ conversationId, sequence: sequenceInPath });
const onReaction = z.strictObject({ conversationId, sequence: sequenceInPath, emoji: z.string().min(1).max(64) });
const mentions = z.array(userId).max(50);

export const acceptedView = z.object({
  conversationId: z.string(),
  messageId: z.string(),
  sequence: z.int().min(1),
  time: z.string(),
  /** Reading with this as `Parley-Min-Position` finds the message. */
  position: z.string(),
  /** The same message had been accepted before. */
  repeated: z.boolean(),
});
export type AcceptedView = z.infer<typeof acceptedView>;

const messageErrors = writeErrorsAnd('message_not_found', 'message_refused', 'message_deleted', 'feature_unavailable');

/** What people say and do to messages. Every answer has the position of what was written in `Parley-Position`. */
export const messageCommandRoutes = defineRoutes({
  sendMessage: {
    method: 'POST',
    path: '/v1/conversations/:conversationId/messages',
    app: 'command-api',
    tag: 'messages',
    summary: 'Sends a message; the same again is answered with 200 and its first place',
    access: 'member',
    params: onConversation,
    body: z.strictObject({
      /** Or the header Idempotency-Key. */
      clientMessageId: clientMessageId.optional(),
      content: messageContent,
      replyTo: sequence.optional(),
      mentions: mentions.optional(),
    }),
    status: 201,
    response: acceptedView,
    otherResponses: { 200: acceptedView },
    idempotent: true,
    errors: writeErrorsAnd(
      'forbidden',
      'message_refused',
      'idempotency_conflict',
      'content_too_large',
      'invalid_text',
      'reply_target_missing',
      'mention_limit',
      'mention_not_member',
    ),
  },
  forwardMessage: {
    method: 'POST',
    path: '/v1/conversations/:conversationId/forward',
    app: 'command-api',
    tag: 'messages',
    summary: 'Sends into this conversation what another message you can see says',
    access: 'member',
    params: onConversation,
    body: z.strictObject({
      /** Or the header Idempotency-Key. */
      clientMessageId: clientMessageId.optional(),
      from: z.strictObject({ conversationId, sequence }),
    }),
    status: 201,
    response: acceptedView,
    otherResponses: { 200: acceptedView },
    idempotent: true,
    errors: [...messageErrors, 'forbidden', 'idempotency_conflict'],
  },
  editMessage: {
    method: 'PATCH',
    path: '/v1/conversations/:conversationId/messages/:sequence',
    app: 'command-api',
    tag: 'messages',
    summary: 'Changes the text of a message of yours',
    access: 'member',
    params: onMessage,
    body: z.strictObject({ content: messageContent, mentions: mentions.optional() }),
    status: 204,
    errors: [
      ...messageErrors,
      'forbidden',
      'not_your_message',
      'not_editable',
      'content_too_large',
      'invalid_text',
      'mention_limit',
      'mention_not_member',
    ],
  },
  deleteMessage: {
    method: 'DELETE',
    path: '/v1/conversations/:conversationId/messages/:sequence',
    app: 'command-api',
    tag: 'messages',
    summary: 'Deletes a message for everybody',
    access: 'member',
    params: onMessage,
    status: 204,
    errors: [...messageErrors, 'forbidden'],
  },
  react: {
    method: 'PUT',
    path: '/v1/conversations/:conversationId/messages/:sequence/reactions/:emoji',
    app: 'command-api',
    tag: 'messages',
    summary: 'Reacts with an emoji',
    access: 'member',
    params: onReaction,
    status: 204,
    errors: [...messageErrors, 'reaction_limit', 'invalid_text'],
  },
  unreact: {
    method: 'DELETE',
    path: '/v1/conversations/:conversationId/messages/:sequence/reactions/:emoji',
    app: 'command-api',
    tag: 'messages',
    summary: 'Takes a reaction back',
    access: 'member',
    params: onReaction,
    status: 204,
    errors: messageErrors,
  },
  pinMessage: {
    method: 'PUT',
    path: '/v1/conversations/:conversationId/messages/:sequence/pin',
    app: 'command-api',
    tag: 'messages',
    summary: 'Pins a message; in a channel admins do',
    access: 'member',
    params: onMessage,
    status: 204,
    errors: [...messageErrors, 'forbidden', 'pin_limit'],
  },
  unpinMessage: {
    method: 'DELETE',
    path: '/v1/conversations/:conversationId/messages/:sequence/pin',
    app: 'command-api',
    tag: 'messages',
    summary: 'Unpins a message',
    access: 'member',
    params: onMessage,
    status: 204,
    errors: [...messageErrors, 'forbidden'],
  },
  advanceWatermark: {
    method: 'PUT',
    path: '/v1/conversations/:conversationId/watermark',
    app: 'command-api',
    tag: 'receipts',
    summary: 'Everything up to here has arrived on this device, or was read; a lower number changes nothing',
    access: 'member',
    params: onConversation,
    body: z
      .strictObject({ delivered: sequence.optional(), read: sequence.optional() })
      .refine(
        ({ delivered, read }) => delivered !== undefined || read !== undefined,
        'expected delivered, read or both',
      ),
    status: 204,
    errors: writeErrorsAnd('watermark_past_end'),
  },
  changeSettings: {
    method: 'PUT',
    path: '/v1/conversations/:conversationId/settings',
    app: 'command-api',
    tag: 'conversations',
    summary: 'Your own settings of a conversation; what is left out stays',
    access: 'member',
    params: onConversation,
    body: z.strictObject({
      muted: z.boolean().optional(),
      /** RFC 3339, with `muted`; null or absent: until unmuted. */
      mutedUntil: z.iso.datetime({ offset: true }).nullable().optional(),
      archived: z.boolean().optional(),
      markedUnread: z.boolean().optional(),
    }),
    status: 204,
    errors: writeErrorsAnd(),
  },
});
