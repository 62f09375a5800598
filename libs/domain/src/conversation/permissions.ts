import type { ConversationKind, MemberRole } from '@parley/events';
import { type Refused, refuse } from '../decision.js';
import { type ConversationState, type Member, memberOf, type StartedConversation } from './state.js';

/** What a member may want to do. Reading needs no right beyond membership. */
export type ConversationAction =
  | 'send'
  | 'react'
  | 'pin'
  | 'delete-own'
  | 'delete-others'
  | 'rename'
  | 'describe'
  | 'add'
  | 'remove'
  | 'invite'
  | 'change-role'
  | 'transfer-ownership'
  | 'leave';

/** The lowest role that may do it; `fixed`: nobody, by the nature of a direct conversation. */
type Rights = Readonly<Record<ConversationAction, MemberRole | 'fixed'>>;

/** Who may do what. Everybody edits their own messages only, and removes only people of a lower role. */
export const permissions: Readonly<Record<ConversationKind, Rights>> = {
  direct: {
    send: 'member',
    react: 'member',
    pin: 'member',
    'delete-own': 'member',
    'delete-others': 'owner', // has none: only one's own
    rename: 'fixed',
    describe: 'fixed',
    add: 'fixed',
    remove: 'fixed',
    invite: 'fixed',
    'change-role': 'fixed',
    'transfer-ownership': 'fixed',
    leave: 'fixed',
  },
  group: {
    send: 'member',
    react: 'member',
    pin: 'member',
    'delete-own': 'member',
    'delete-others': 'admin',
    rename: 'admin',
    describe: 'admin',
    add: 'admin',
    remove: 'admin',
    invite: 'admin',
    'change-role': 'owner',
    'transfer-ownership': 'owner',
    leave: 'member',
  },
  channel: {
    send: 'admin',
    react: 'member',
    pin: 'admin',
    'delete-own': 'member',
    'delete-others': 'admin',
    rename: 'admin',
    describe: 'admin',
    add: 'admin',
    remove: 'admin',
    invite: 'admin',
    'change-role': 'owner',
    'transfer-ownership': 'owner',
    leave: 'member',
  },
};

const rank: Readonly<Record<MemberRole, number>> = { member: 0, admin: 1, owner: 2 };

export const outranks = (role: MemberRole, other: MemberRole): boolean => rank[role] > rank[other];

export type Access =
  { readonly ok: true; readonly conversation: StartedConversation; readonly member: Member } | Refused;

/** The acting member, for things that every member may try. Whoever is no member learns nothing: not even that it exists. */
export function asMember(state: ConversationState, actorId: string): Access {
  const member = memberOf(state, actorId);
  if (state.phase === 'not-started' || member === null) return refuse({ code: 'conversation_not_found' });
  return { ok: true, conversation: state, member };
}

/** The acting member, if their role allows the action in this kind of conversation. */
export function authorise(state: ConversationState, actorId: string, action: ConversationAction): Access {
  const access = asMember(state, actorId);
  if (!access.ok) return access;
  const needed = permissions[access.conversation.kind][action];
  if (needed === 'fixed') return refuse({ code: 'direct_conversation_fixed' });
  return rank[access.member.role] >= rank[needed] ? access : refuse({ code: 'forbidden' });
}
