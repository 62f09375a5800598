import type { HistoryOperation } from '../projection-stores.js';

/** The message view as it lies in a row. Fields that clients do not know yet are kept as they are. */
interface MessageBody {
  id: string;
  conversationId: string;
  sequence: number;
  senderId: string;
  clientMessageId: string;
  time: string;
  content?: unknown;
  replyTo?: number;
  mentions?: readonly string[];
  editedAt?: string;
  deletedAt?: string;
  deletedBy?: string;
  pinned?: true;
  reactions?: { emoji: string; userIds: string[] }[];
}

export type MessageChange = Extract<
  HistoryOperation,
  {
    type: 'edit-message' | 'delete-message' | 'add-reaction' | 'remove-reaction' | 'pin-message' | 'unpin-message';
  }
>;

/** The body after the change. A deleted message stays deleted whatever comes. */
export function changeBody(json: string, change: MessageChange): string {
  const body = JSON.parse(json) as MessageBody;
  if (body.deletedAt !== undefined) return json;
  switch (change.type) {
    case 'edit-message': {
      const { mentions: _, ...kept } = body;
      const mentions = change.mentions.length > 0 ? { mentions: change.mentions } : {};
      return JSON.stringify({ ...kept, content: change.content, ...mentions, editedAt: change.editedAt });
    }
    case 'delete-message': {
      const { id, conversationId, sequence, senderId, clientMessageId, time, replyTo } = body;
      const { deletedAt, deletedBy } = change;
      const kept = { id, conversationId, sequence, senderId, clientMessageId, time };
      return JSON.stringify({ ...kept, ...(replyTo === undefined ? {} : { replyTo }), deletedAt, deletedBy });
    }
    case 'add-reaction':
      return withReactions(body, addReaction(body.reactions ?? [], change.emoji, change.userId));
    case 'remove-reaction':
      return withReactions(body, removeReaction(body.reactions ?? [], change.emoji, change.userId));
    case 'pin-message':
      return JSON.stringify({ ...body, pinned: true });
    case 'unpin-message': {
      const { pinned: _, ...rest } = body;
      return JSON.stringify(rest);
    }
    default:
      throw new TypeError(`no rule for ${JSON.stringify(change satisfies never)}`);
  }
}

/** What somebody who left before a change may still see of it: without marks that others set later. */
export function withoutMarks(json: string): string {
  const { reactions: _reactions, pinned: _pinned, ...rest } = JSON.parse(json) as MessageBody;
  return JSON.stringify(rest);
}

export const isDeleted = (json: string): boolean => (JSON.parse(json) as MessageBody).deletedAt !== undefined;

type Reactions = NonNullable<MessageBody['reactions']>;

function addReaction(reactions: Reactions, emoji: string, userId: string): Reactions {
  const there = reactions.find((reaction) => reaction.emoji === emoji);
  if (there === undefined) return [...reactions, { emoji, userIds: [userId] }];
  if (!there.userIds.includes(userId)) there.userIds.push(userId);
  return reactions;
}

const removeReaction = (reactions: Reactions, emoji: string, userId: string): Reactions =>
  reactions
    .map((reaction) =>
      reaction.emoji === emoji ? { emoji, userIds: reaction.userIds.filter((id) => id !== userId) } : reaction,
    )
    .filter((reaction) => reaction.userIds.length > 0);

function withReactions(body: MessageBody, reactions: Reactions): string {
  const { reactions: _, ...rest } = body;
  return JSON.stringify(reactions.length > 0 ? { ...rest, reactions } : rest);
}
