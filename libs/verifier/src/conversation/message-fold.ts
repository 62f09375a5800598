import type { ParleyEvent } from '@parley/events';

/** What changes a message that was sent before. */
export type MessageChange = Extract<
  ParleyEvent,
  {
    type:
      | 'MessageEdited.v1'
      | 'MessageDeleted.v1'
      | 'ReactionAdded.v1'
      | 'ReactionRemoved.v1'
      | 'MessagePinned.v1'
      | 'MessageUnpinned.v1';
  }
>;

export interface TimedChange {
  readonly change: MessageChange;
  readonly time: number;
}

const changing: ReadonlySet<string> = new Set<MessageChange['type']>([
  'MessageEdited.v1',
  'MessageDeleted.v1',
  'ReactionAdded.v1',
  'ReactionRemoved.v1',
  'MessagePinned.v1',
  'MessageUnpinned.v1',
]);
export const isChange = (event: ParleyEvent): event is MessageChange => changing.has(event.type);

const timeText = (time: number): string => new Date(time).toISOString();

/** The view of a message (`messageView` of the protocol) after all that was done to it, in the order it was done. */
export function messageView(
  conversationId: string,
  sent: Extract<ParleyEvent, { type: 'MessageSent.v1' }>['data'],
  time: number,
  changes: readonly TimedChange[],
): Record<string, unknown> {
  const { messageId, sequence, senderId, clientMessageId, replyTo, forwardedFrom } = sent;
  const base = { id: messageId, conversationId, sequence, senderId, clientMessageId, time: timeText(time), replyTo };
  let { content, mentions = [] } = sent;
  let editedAt: string | undefined;
  let isPinned = false;
  let reactions: { emoji: string; userIds: string[] }[] = [];
  for (const { change, time: changedAt } of changes) {
    const { type, data } = change;
    if (type === 'MessageDeleted.v1') return { ...base, deletedAt: timeText(changedAt), deletedBy: data.deletedBy };
    if (type === 'MessageEdited.v1') {
      ({ content, mentions = [] } = data);
      editedAt = timeText(changedAt);
    } else if (type === 'ReactionAdded.v1') react(reactions, data.emoji, data.userId);
    else if (type === 'ReactionRemoved.v1') reactions = unreact(reactions, data.emoji, data.userId);
    else isPinned = type === 'MessagePinned.v1';
  }
  return {
    ...base,
    content,
    forwardedFrom: forwardedFrom === undefined ? undefined : { senderId: forwardedFrom.senderId },
    mentions: mentions.length === 0 ? undefined : mentions,
    editedAt,
    pinned: isPinned ? true : undefined,
    reactions: reactions.length === 0 ? undefined : reactions,
  };
}

type Reactions = { emoji: string; userIds: string[] }[];

function react(reactions: Reactions, emoji: string, userId: string): void {
  const there = reactions.find((reaction) => reaction.emoji === emoji);
  if (there === undefined) reactions.push({ emoji, userIds: [userId] });
  else if (!there.userIds.includes(userId)) there.userIds.push(userId);
}

const unreact = (reactions: Reactions, emoji: string, userId: string): Reactions =>
  reactions
    .map((one) => (one.emoji === emoji ? { emoji, userIds: one.userIds.filter((id) => id !== userId) } : one))
    .filter(({ userIds }) => userIds.length > 0);
