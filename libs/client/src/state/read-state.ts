import type { MessageView, ReadStateView } from '@parley/protocol';
import type { ConversationState } from './local-state.js';

/**
 * What one has not read. The server's count holds as of its `lastSequence`; every later message by others adds one, a
 * message of one's own, or a mark set on this device, reads all up to it. Nothing is counted up and down, so nothing can drift.
 */
export function readStateOf(conversation: ConversationState): ReadStateView {
  const { readState, mentionedAt, timeline, id } = conversation;
  const known = readState?.value ?? { conversationId: id, read: 0, unread: 0, mentions: 0, lastSequence: 0 };
  const base = readState === null ? timeline.announced : known.lastSequence;
  const last = Math.max(timeline.highest, base);
  const readTo = Math.max(conversation.ownLast, conversation.readHere);
  const readAll = readTo >= base;
  const from = readAll ? readTo : base;
  let mentions = readAll ? 0 : known.mentions;
  for (const sequence of mentionedAt) if (sequence > from) mentions++;
  return {
    conversationId: id,
    read: readAll ? Math.max(known.read, readTo) : known.read,
    unread: (readAll ? 0 : known.unread) + (last - from),
    mentions,
    lastSequence: last,
  };
}

/** Notes what a message means for one's reading. Say it of every state of the message that wins. */
export function noteMessage(conversation: ConversationState, message: MessageView, userId: string): void {
  const { sequence, senderId, mentions } = message;
  if (senderId === userId) conversation.ownLast = Math.max(conversation.ownLast, sequence);
  const counts = senderId !== userId && mentions?.includes(userId) === true;
  if (counts && sequence > (conversation.readState?.value.lastSequence ?? 0)) conversation.mentionedAt.add(sequence);
  else conversation.mentionedAt.delete(sequence);
}

/** After a newer read state: mentions that it counts itself are dropped. */
export function pruneMentions(conversation: ConversationState): void {
  const counted = conversation.readState?.value.lastSequence ?? 0;
  for (const sequence of conversation.mentionedAt) if (sequence <= counted) conversation.mentionedAt.delete(sequence);
}
