import type { ConversationFold } from './conversation-fold.js';

/** What one person's inbox says of a conversation, from the fold alone. */
export function readStateOf(
  fold: ConversationFold,
  userId: string,
): { read: number; unread: number; mentions: number } {
  const { read } = highest(fold, userId);
  return { read, ...unreadOf(fold, userId, read) };
}

/** What is left when this person has read up to here. */
export function unreadOf(fold: ConversationFold, userId: string, read: number): { unread: number; mentions: number } {
  const windows = fold.windowsOf(userId);
  let unread = 0;
  for (const { afterSequence, untilSequence } of windows) {
    const from = Math.max(read, afterSequence);
    unread += Math.max(0, (untilSequence ?? fold.lastSequence) - from);
  }
  let mentions = 0;
  for (const [sequence, userIds] of fold.mentions) {
    if (sequence > read && userIds.includes(userId) && sees(fold, userId, sequence)) mentions++;
  }
  return { unread, mentions };
}

/** May this person see the message with this sequence? */
export const sees = (fold: ConversationFold, userId: string, sequence: number): boolean =>
  fold
    .windowsOf(userId)
    .some(
      ({ afterSequence, untilSequence }) =>
        sequence > afterSequence && sequence <= (untilSequence ?? fold.lastSequence),
    );

/** Over all devices; who sends has received and read all before it. */
export function highest(fold: ConversationFold, userId: string): { delivered: number; read: number } {
  const sent = fold.lastSent.get(userId) ?? 0;
  const marks = [...(fold.devices.get(userId)?.values() ?? [])];
  return {
    delivered: Math.max(sent, ...marks.map(({ delivered }) => delivered)),
    read: Math.max(sent, ...marks.map(({ read }) => read)),
  };
}

/** The newest message that this person may see; 0: none. */
export function lastVisible(fold: ConversationFold, userId: string): number {
  for (const { afterSequence, untilSequence } of fold.windowsOf(userId).toReversed()) {
    const last = untilSequence ?? fold.lastSequence;
    if (last > afterSequence) return last;
  }
  return 0;
}
