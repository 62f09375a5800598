import type { MessageSent } from '@parley/events';
import type { MessageView } from '@parley/protocol';
import { timeText } from '../projection-kit.js';

/** The message view as history stores it, pages it and delivery pushes it: encoded here, once. */
export function messageJson(conversationId: string, data: MessageSent['data'], time: number): string {
  const view: MessageView = {
    id: data.messageId,
    conversationId,
    sequence: data.sequence,
    senderId: data.senderId,
    clientMessageId: data.clientMessageId,
    time: timeText(time),
    content: data.content,
  };
  if (data.replyTo !== undefined) view.replyTo = data.replyTo;
  if (data.mentions !== undefined && data.mentions.length > 0) view.mentions = [...data.mentions];
  if (data.forwardedFrom !== undefined) view.forwardedFrom = data.forwardedFrom;
  return JSON.stringify(view);
}
