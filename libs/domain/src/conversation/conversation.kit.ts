import type { ConversationEvent, MemberRole } from '@parley/events';
import { foldMessageFacts, type MessageFacts } from './message-facts.js';

/** Short ways to write a conversation's history in specs. Anna owns, Ben is an admin, Cleo and Dan are members. */
const cast: readonly { userId: string; role: MemberRole }[] = [
  { userId: 'anna', role: 'owner' },
  { userId: 'ben', role: 'admin' },
  { userId: 'cleo', role: 'member' },
  { userId: 'dan', role: 'member' },
];

const started = (kind: 'group' | 'channel'): ConversationEvent => ({
  type: 'ConversationStarted.v1',
  data: { conversationId: 'c1', kind, title: 'Trip', description: null, members: cast, startedBy: 'anna' },
});

export const group = started('group');
export const channel = started('channel');

/** Between Anna and Ben. */
export const direct: ConversationEvent = {
  type: 'ConversationStarted.v1',
  data: {
    conversationId: 'd1',
    kind: 'direct',
    title: null,
    description: null,
    members: [
      { userId: 'anna', role: 'member' },
      { userId: 'ben', role: 'member' },
    ],
    startedBy: 'anna',
  },
};

export const sent = (sequence: number, senderId = 'cleo', text = `text ${sequence}`): ConversationEvent => ({
  type: 'MessageSent.v1',
  data: {
    sequence,
    messageId: `m${sequence}`,
    clientMessageId: `k${sequence}`,
    senderId,
    content: { type: 'text.v1', text },
  },
});

export const deleted = (sequence: number, deletedBy = 'cleo'): ConversationEvent => ({
  type: 'MessageDeleted.v1',
  data: { sequence, deletedBy },
});

export const left = (userId: string, afterSequence: number): ConversationEvent => ({
  type: 'MemberLeft.v1',
  data: { userId, afterSequence },
});

export const added = (userId: string, afterSequence: number): ConversationEvent => ({
  type: 'MemberAdded.v1',
  data: { userId, role: 'member', addedBy: 'anna', afterSequence },
});

export const reacted = (sequence: number, userId: string, emoji: string): ConversationEvent => ({
  type: 'ReactionAdded.v1',
  data: { sequence, userId, emoji },
});

export const pinned = (sequence: number, pinnedBy = 'anna'): ConversationEvent => ({
  type: 'MessagePinned.v1',
  data: { sequence, pinnedBy },
});

export const invited = (
  inviteId: string,
  { expiresAt = null, maxUses = null }: { expiresAt?: number | null; maxUses?: number | null } = {},
): ConversationEvent => ({
  type: 'InviteCreated.v1',
  data: { inviteId, codeHash: `hash of ${inviteId}`, createdBy: 'anna', expiresAt, maxUses },
});

export const joined = (userId: string, inviteId: string, afterSequence: number): ConversationEvent => ({
  type: 'MemberJoined.v1',
  data: { userId, role: 'member', inviteId, afterSequence },
});

/** The look-up of a message, as the command side does it, from the whole history. */
export function aboutMessage(history: readonly ConversationEvent[], actorId: string, sequence: number) {
  const message = history.reduce<MessageFacts | null>(
    (facts, event) => foldMessageFacts(facts, event, { sequence, actorId }),
    null,
  );
  return { actorId, sequence, message };
}
