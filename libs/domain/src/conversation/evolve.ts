import {
  closeSequenceWindow,
  type ConversationEvent,
  type ConversationStarted,
  type InviteCreated,
  type MemberRole,
  openSequenceWindow,
} from '@parley/events';
import { PersistentMap } from '../persistent-map.js';
import { unreachable } from '../unreachable.js';
import type { ConversationState, Invite, Person, StartedConversation } from './state.js';

/** The state after the event. A message costs one shallow copy, however many people and messages there are. */
export function evolveConversation(state: ConversationState, event: ConversationEvent): ConversationState {
  if (event.type === 'ConversationStarted.v1') return started(event.data);
  if (state.phase === 'not-started') throw new Error(`${event.type} before ConversationStarted`);
  switch (event.type) {
    case 'MessageSent.v1':
      return { ...state, lastSequence: event.data.sequence };
    case 'ConversationRenamed.v1':
      return { ...state, title: event.data.title };
    case 'ConversationDescribed.v1':
      return { ...state, description: event.data.description };
    case 'MemberAdded.v1':
      return enter(state, event.data.userId, event.data.role, event.data.afterSequence);
    case 'MemberJoined.v1':
      return enter(useInvite(state, event.data.inviteId), event.data.userId, event.data.role, event.data.afterSequence);
    case 'MemberLeft.v1':
    case 'MemberRemoved.v1':
      return exit(state, event.data.userId, event.data.afterSequence);
    case 'MemberRoleChanged.v1':
      return withRole(state, event.data.userId, event.data.role);
    case 'OwnershipTransferred.v1':
      return withRole(withRole(state, event.data.from, 'admin'), event.data.to, 'owner');
    case 'InviteCreated.v1':
      return withInvite(state, event.data);
    case 'InviteRevoked.v1':
      return withoutInvite(state, event.data.inviteId);
    case 'MessagePinned.v1':
      return { ...state, pins: [...state.pins, event.data.sequence] };
    case 'MessageUnpinned.v1':
    case 'MessageDeleted.v1':
      return withoutPin(state, event.data.sequence);
    case 'MessageEdited.v1':
    case 'ReactionAdded.v1':
    case 'ReactionRemoved.v1':
      return state;
    default:
      return unreachable(event);
  }
}

function started(data: ConversationStarted['data']): StartedConversation {
  const people = data.members.map(({ userId, role }): [string, Person] => [
    userId,
    { role, windows: openSequenceWindow([], 0) },
  ]);
  return {
    phase: 'started',
    conversationId: data.conversationId,
    kind: data.kind,
    title: data.title,
    description: data.description,
    startedBy: data.startedBy,
    people: PersistentMap.from(people),
    memberCount: people.length,
    ownerId: data.members.find((member) => member.role === 'owner')?.userId ?? null,
    lastSequence: 0,
    pins: [],
    invites: new Map(),
  };
}

function enter(
  state: StartedConversation,
  userId: string,
  role: MemberRole,
  afterSequence: number,
): StartedConversation {
  const before = state.people.get(userId);
  const windows = openSequenceWindow(before?.windows ?? [], afterSequence);
  const isNew = before === undefined || before.role === null;
  return {
    ...state,
    people: state.people.set(userId, { role, windows }),
    memberCount: state.memberCount + (isNew ? 1 : 0),
  };
}

function exit(state: StartedConversation, userId: string, untilSequence: number): StartedConversation {
  const person = state.people.get(userId);
  if (person === undefined || person.role === null) return state;
  return {
    ...state,
    people: state.people.set(userId, { role: null, windows: closeSequenceWindow(person.windows, untilSequence) }),
    memberCount: state.memberCount - 1,
    ownerId: state.ownerId === userId ? null : state.ownerId,
  };
}

function withRole(state: StartedConversation, userId: string, role: MemberRole): StartedConversation {
  const person = state.people.get(userId);
  if (person === undefined || person.role === null) return state;
  return {
    ...state,
    people: state.people.set(userId, { ...person, role }),
    ownerId: role === 'owner' ? userId : state.ownerId,
  };
}

function withInvite(state: StartedConversation, data: InviteCreated['data']): StartedConversation {
  const invite: Invite = { codeHash: data.codeHash, expiresAt: data.expiresAt, usesLeft: data.maxUses };
  return { ...state, invites: new Map(state.invites).set(data.inviteId, invite) };
}

function withoutInvite(state: StartedConversation, inviteId: string): StartedConversation {
  const invites = new Map(state.invites);
  invites.delete(inviteId);
  return { ...state, invites };
}

function useInvite(state: StartedConversation, inviteId: string): StartedConversation {
  const invite = state.invites.get(inviteId);
  if (invite === undefined || invite.usesLeft === null) return state;
  if (invite.usesLeft === 1) return withoutInvite(state, inviteId);
  return { ...state, invites: new Map(state.invites).set(inviteId, { ...invite, usesLeft: invite.usesLeft - 1 }) };
}

function withoutPin(state: StartedConversation, sequence: number): StartedConversation {
  if (!state.pins.includes(sequence)) return state;
  return { ...state, pins: state.pins.filter((pin) => pin !== sequence) };
}
