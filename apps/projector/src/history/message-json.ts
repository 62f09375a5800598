import type { MessageSent } from '@parley/events';
import { timeText } from '../projection-kit.js';

/**
 * The message view (`messageView` of the protocol) as history stores it, pages it and delivery pushes it: encoded here,
 * once. Written out because it is made for every message; its spec holds it against the schema.
 */
export function messageJson(conversationId: string, data: MessageSent['data'], time: number): string {
  const { messageId, sequence, senderId, clientMessageId, content, replyTo, mentions, forwardedFrom } = data;
  let json =
    `{"id":${text(messageId)},"conversationId":${text(conversationId)},"sequence":${sequence},` +
    `"senderId":${text(senderId)},"clientMessageId":${text(clientMessageId)},"time":"${timeText(time)}",` +
    `"content":${JSON.stringify(content)}`;
  if (replyTo !== undefined) json += `,"replyTo":${replyTo}`;
  if (mentions !== undefined && mentions.length > 0) json += `,"mentions":${JSON.stringify(mentions)}`;
  // Not from where: readers of this conversation need not be members of that one.
  if (forwardedFrom !== undefined) json += `,"forwardedFrom":{"senderId":${text(forwardedFrom.senderId)}}`;
  return `${json}}`;
}

/** Ids are visible ASCII; two of those characters are not allowed in a JSON string as they are. */
const plain = /^[\w-]*$/;
const text = (value: string): string => (plain.test(value) ? `"${value}"` : JSON.stringify(value));
