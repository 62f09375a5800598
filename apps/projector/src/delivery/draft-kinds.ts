import {
  changeJson,
  type ChangeKind,
  type ConversationDelivery,
  type Delivery,
  type DeliveryReader,
  type UserDelivery,
} from '@parley/ports';
import type { Drafted } from './drafts.js';

interface At {
  readonly conversationId: string;
  readonly position: number;
}

/** To the newcomer: the whole entry, before anything else of the conversation. */
export const joinedDraft = ({ conversationId, position }: At, userId: string): Drafted => ({
  thing: `${conversationId} ${userId}`,
  draft: {
    kind: 'joined',
    position,
    make: async (reader) => {
      const joined = await reader.joinedEntry(conversationId, userId, position);
      if (joined === null) return [];
      const { entry, windows } = joined;
      return toUser('joined', position, userId, entry, { conversationId, member: true, windows });
    },
  },
});

/** To who leaves: after everything that they may still see. */
export const departedDraft = (
  { conversationId, position }: At,
  userId: string,
  state: 'left' | 'removed',
): Drafted => ({
  thing: `${conversationId} ${userId}`,
  draft: {
    kind: 'departed',
    position,
    make: async () =>
      toUser('departed', position, userId, JSON.stringify({ conversationId, state }), {
        conversationId,
        member: false,
      }),
  },
});

/** `except`: the newcomer, whose entry says it. */
export const memberDraft = (at: At, userId: string, except?: string): Drafted => ({
  thing: `${at.conversationId} ${userId}`,
  draft: {
    kind: 'member',
    position: at.position,
    make: async (reader) => {
      const member = await reader.member(at.conversationId, userId);
      return toConversation('member', at, member, except === undefined ? {} : { except });
    },
  },
});

export const noticeDraft = (at: At): Drafted => ({
  thing: `${at.conversationId} ${at.position}`,
  draft: {
    kind: 'notice',
    position: at.position,
    make: async (reader) => toConversation('notice', at, await reader.notice(at.conversationId, at.position)),
  },
});

/** A message that changed: not to members who came after it was sent. */
export const messageDraft = (at: At, sequence: number): Drafted => ({
  thing: `${at.conversationId} ${sequence}`,
  draft: {
    kind: 'message',
    position: at.position,
    make: async (reader) =>
      toConversation('message', at, await reader.message(at.conversationId, sequence), { shows: sequence }),
  },
});

/** One view for all, with its pins beside it: who may not see one of the messages gets the view without it. */
export const conversationDraft = (at: At): Drafted => ({
  thing: at.conversationId,
  draft: {
    kind: 'conversation',
    position: at.position,
    make: async (reader) => {
      const found = await reader.conversation(at.conversationId, at.position);
      if (found === null) return [];
      const { view, pins } = found;
      return toConversation('conversation', at, view, pins.length === 0 ? {} : { pins });
    },
  },
});

export const receiptsDraft = (at: At): Drafted => ({
  thing: at.conversationId,
  draft: {
    kind: 'receipts',
    position: at.position,
    make: async (reader) => toConversation('receipts', at, await reader.receipts(at.conversationId)),
  },
});

export const readStateDraft = ({ conversationId, position }: At, userId: string): Drafted => ({
  thing: `${conversationId} ${userId}`,
  draft: {
    kind: 'readState',
    position,
    make: async (reader) => toUser('readState', position, userId, await reader.readState(conversationId, userId)),
  },
});

export const settingsDraft = ({ conversationId, position }: At, userId: string): Drafted => ({
  thing: `${conversationId} ${userId}`,
  draft: {
    kind: 'settings',
    position,
    make: async (reader) => toUser('settings', position, userId, await reader.settings(conversationId, userId)),
  },
});

/** To the person's own devices and, by conversation, to everybody they share one with. */
export const personDraft = (position: number, userId: string): Drafted => ({
  thing: userId,
  draft: {
    kind: 'person',
    position,
    make: async (reader: DeliveryReader) => {
      const person = await reader.person(userId);
      const deliveries: Delivery[] = toUser('person', position, userId, person);
      for (const conversationId of await reader.conversationsOf(userId)) {
        deliveries.push(...toConversation('person', { conversationId, position }, person));
      }
      return deliveries;
    },
  },
});

function toConversation(
  kind: ChangeKind,
  { conversationId, position }: At,
  view: string | null,
  limits: Pick<ConversationDelivery, 'shows' | 'pins' | 'except'> = {},
): Delivery[] {
  if (view === null) return [];
  return [{ to: 'conversation', conversationId, position, change: changeJson(kind, position, view), ...limits }];
}

function toUser(
  kind: ChangeKind,
  position: number,
  userId: string,
  view: string | null,
  membership?: UserDelivery['membership'],
): Delivery[] {
  if (view === null) return [];
  const delivery = { to: 'user', userId, position, change: changeJson(kind, position, view) } as const;
  return [membership === undefined ? delivery : { ...delivery, membership }];
}
