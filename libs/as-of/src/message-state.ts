import type { MessageContent, MessageSent, ParleyEvent } from '@parley/events';

/** A message as of a moment, in the form of the protocol's message view. */
export interface MessageAsOf {
  readonly id: string;
  readonly conversationId: string;
  readonly sequence: number;
  readonly senderId: string;
  readonly clientMessageId: string;
  readonly time: string;
  readonly replyTo?: number;
  /** Absent when it was deleted, be it after the moment. */
  content?: MessageContent;
  forwardedFrom?: { readonly senderId: string };
  mentions?: readonly string[];
  editedAt?: string;
  deletedAt?: string;
  deletedBy?: string;
  pinned?: true;
  reactions?: { readonly emoji: string; readonly userIds: readonly string[] }[];
}

const timeText = (time: number): string => new Date(time).toISOString();

export function sentMessage(conversationId: string, data: MessageSent['data'], time: number): MessageAsOf {
  const { messageId, sequence, senderId, clientMessageId, content, replyTo, mentions = [], forwardedFrom } = data;
  return {
    id: messageId,
    conversationId,
    sequence,
    senderId,
    clientMessageId,
    time: timeText(time),
    content,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(mentions.length === 0 ? {} : { mentions }),
    // Not from where: readers of this conversation need not be members of that one.
    ...(forwardedFrom === undefined ? {} : { forwardedFrom: { senderId: forwardedFrom.senderId } }),
  };
}

/** The message after a change of it. A deleted one stays deleted whatever comes. */
export function changedMessage(message: MessageAsOf, { type, data }: ParleyEvent, time: number): MessageAsOf {
  if (message.deletedAt !== undefined) return message;
  if (type === 'MessageDeleted.v1') return deletedMessage(message, data.deletedBy, time);
  const { mentions: _mentions, pinned: _pinned, reactions = [], ...rest } = message;
  const { mentions, pinned } = message;
  if (type === 'MessageEdited.v1') {
    const { mentions: _, ...kept } = message;
    const now = data.mentions ?? [];
    return { ...kept, content: data.content, editedAt: timeText(time), ...(now.length === 0 ? {} : { mentions: now }) };
  }
  const marked = { ...rest, ...(mentions === undefined ? {} : { mentions }) };
  const withPin = (isPinned: boolean): MessageAsOf => ({
    ...marked,
    ...(isPinned ? { pinned: true as const } : {}),
    ...(reactions.length === 0 ? {} : { reactions }),
  });
  if (type === 'MessagePinned.v1') return withPin(true);
  if (type === 'MessageUnpinned.v1') return withPin(false);
  if (type !== 'ReactionAdded.v1' && type !== 'ReactionRemoved.v1') return message;
  const left = type === 'ReactionAdded.v1' ? reactAdded(reactions, data) : reactRemoved(reactions, data);
  const { reactions: _reactions, ...without } = withPin(pinned === true);
  return left.length === 0 ? without : { ...without, reactions: left };
}

function deletedMessage(message: MessageAsOf, deletedBy: string, time: number): MessageAsOf {
  const { id, conversationId, sequence, senderId, clientMessageId, time: sentAt, replyTo } = message;
  return {
    id,
    conversationId,
    sequence,
    senderId,
    clientMessageId,
    time: sentAt,
    ...(replyTo === undefined ? {} : { replyTo }),
    deletedAt: timeText(time),
    deletedBy,
  };
}

type Reactions = NonNullable<MessageAsOf['reactions']>;
interface Reaction {
  readonly emoji: string;
  readonly userId: string;
}

function reactAdded(reactions: Reactions, { emoji, userId }: Reaction): Reactions {
  const there = reactions.find((reaction) => reaction.emoji === emoji);
  if (there === undefined) return [...reactions, { emoji, userIds: [userId] }];
  if (there.userIds.includes(userId)) return reactions;
  return reactions.map((one) => (one === there ? { emoji, userIds: [...one.userIds, userId] } : one));
}

const reactRemoved = (reactions: Reactions, { emoji, userId }: Reaction): Reactions =>
  reactions
    .map((one) => (one.emoji === emoji ? { emoji, userIds: one.userIds.filter((id) => id !== userId) } : one))
    .filter(({ userIds }) => userIds.length > 0);
