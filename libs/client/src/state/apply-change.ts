import type { Change, MemberView } from '@parley/protocol';
import { comparePositions } from '../position.js';
import { expectAccepted, keepAccepted } from './apply-accepted.js';
import { applyMessage, applyNotice } from './apply-message.js';
import { joinedConversation, unknownConversation } from './conversation.js';
import { isNewer, keepNewest } from './held.js';
import type { ConversationState, Departure, LocalState, StateEvent } from './local-state.js';
import { pruneMentions } from './read-state.js';

type ChangeOf<K extends Change['kind']> = Extract<Change, { kind: K }>;
const nothing: readonly StateEvent[] = [];

/**
 * Applies one change to the state given and to nothing else: no clock, no chance, no input or output. The newest
 * position of each thing wins, so a change may come twice, and pages may be repeated from any cursor before, with the
 * same end. Returns what the application has to be told; nothing for what was known.
 */
export function applyChange(state: LocalState, change: Change): readonly StateEvent[] {
  switch (change.kind) {
    case 'message':
    case 'notice':
    case 'conversation':
    case 'member':
    case 'receipts':
    case 'readState':
    case 'settings': {
      const conversation = conversationOf(state, change);
      return conversation === null ? nothing : applyInside(state, conversation, change);
    }
    case 'person':
      return applyPerson(state, change);
    case 'joined':
      return applyJoined(state, change);
    case 'departed':
      return applyDeparted(state, change);
    default:
      // A newer server tells of things this version does not know: they are not ours to keep.
      return unknownKind(change);
  }
}

type InsideChange = Exclude<Change, ChangeOf<'person' | 'joined' | 'departed'>>;

function applyInside(state: LocalState, conversation: ConversationState, change: InsideChange): readonly StateEvent[] {
  const { position } = change;
  switch (change.kind) {
    case 'message':
      if (isOfEarlierMembership(conversation, change)) return nothing;
      return applyMessage(state, conversation, change.message, position, false);
    case 'notice':
      return applyNotice(state, conversation, change.notice);
    case 'member':
      return applyMember(state, conversation, change.member, position);
    case 'conversation':
      if (!isNewer(position, conversation.view)) return nothing;
      conversation.view = { value: change.conversation, position };
      conversation.timeline.expect(change.conversation.lastSequence);
      return row(conversation.id);
    case 'receipts':
      if (!isNewer(position, conversation.receipts)) return nothing;
      conversation.receipts = { value: change.receipts, position };
      return [{ type: 'receipts', receipts: change.receipts }];
    case 'readState':
      if (!isNewer(position, conversation.readState)) return nothing;
      conversation.readState = { value: change.readState, position };
      pruneMentions(conversation);
      return row(conversation.id);
    case 'settings':
      if (!isNewer(position, conversation.settings)) return nothing;
      conversation.settings = { value: change.settings, position };
      return row(conversation.id);
    default:
      return unknownKind(change);
  }
}

/** Told before one joined again, and now told again: what became of it meanwhile is not known. */
const isOfEarlierMembership = (conversation: ConversationState, { message, position }: ChangeOf<'message'>): boolean =>
  message.sequence <= conversation.afterSequence && comparePositions(position, conversation.joinedAt) < 0;

function applyMember(
  state: LocalState,
  conversation: ConversationState,
  member: MemberView,
  position: string,
): readonly StateEvent[] {
  const own = member.userId === state.userId;
  if (!isNewer(position, conversation.members.get(member.userId))) return nothing;
  if (own && comparePositions(position, conversation.joinedAt) < 0) return nothing;
  keepNewest(conversation.members, member.userId, { value: member, position }, state.limits.members);
  const events: StateEvent[] = [{ type: 'member', member }];
  if (own && member.state === 'member' && isNewer(position, conversation.role)) {
    conversation.role = { value: member.role, position };
    events.push({ type: 'conversation', conversationId: conversation.id });
  }
  return events;
}

function applyPerson(state: LocalState, { person, position }: ChangeOf<'person'>): readonly StateEvent[] {
  if (!isNewer(position, state.people.get(person.id))) return nothing;
  keepNewest(state.people, person.id, { value: person, position }, state.limits.people);
  return [{ type: 'person', person }];
}

function applyJoined(state: LocalState, { entry, position }: ChangeOf<'joined'>): readonly StateEvent[] {
  const { id } = entry.conversation;
  if (!isLaterMembership(state, id, position)) return nothing;
  const last = lastMessagesOf(state, id);
  const announced = announcedIn(state, id);
  state.departed.delete(id);
  const conversation = joinedConversation(entry, position, announced, state);
  state.conversations.set(id, conversation);
  expectAccepted(state, conversation);
  return [...last, { type: 'joined', conversationId: id }, ...row(id)];
}

function applyDeparted(state: LocalState, { departed, position }: ChangeOf<'departed'>): readonly StateEvent[] {
  const { conversationId } = departed;
  if (!isLaterMembership(state, conversationId, position)) return nothing;
  const last = lastMessagesOf(state, conversationId);
  state.departed.set(conversationId, { position, announced: announcedIn(state, conversationId) });
  if (!state.conversations.delete(conversationId)) return nothing;
  return [...last, { type: 'departed', conversationId, state: departed.state }];
}

const announcedIn = (state: LocalState, id: string): number =>
  state.conversations.get(id)?.timeline.announced ?? state.departed.get(id)?.announced ?? 0;

/** All messages of a membership come before its end: what still waits for one that is missing is announced without. */
function lastMessagesOf(state: LocalState, id: string): readonly StateEvent[] {
  const conversation = state.conversations.get(id);
  if (conversation === undefined) return nothing;
  const last = conversation.timeline.giveUp();
  keepAccepted(state, conversation);
  return last.map((message) => ({ type: 'message', message }));
}

/** Joining and leaving alternate: the later of them decides. */
function isLaterMembership(state: LocalState, conversationId: string, position: string): boolean {
  const before = state.departed.get(conversationId)?.position ?? state.conversations.get(conversationId)?.joinedAt;
  return before === undefined || comparePositions(position, before) > 0;
}

/**
 * Null: the change is of a membership that is over and known. A conversation never heard of is begun, unanchored: it may
 * be one that was joined and left while this device was away, of which no entry will come.
 */
function conversationOf(state: LocalState, change: InsideChange): ConversationState | null {
  const id = conversationIdOf(change) ?? '';
  const known = state.conversations.get(id);
  if (known !== undefined) return known;
  const departure = state.departed.get(id);
  if (departure !== undefined && isOver(departure, change)) return null;
  const conversation = unknownConversation(id, state, departure?.announced);
  state.conversations.set(id, conversation);
  return conversation;
}

/** Messages are judged by sequence: one that was deleted later has a later position than the end of its membership. */
const isOver = (departure: Departure, change: InsideChange): boolean =>
  change.kind === 'message'
    ? change.message.sequence <= departure.announced
    : comparePositions(change.position, departure.position) <= 0;

const row = (conversationId: string): readonly StateEvent[] => [{ type: 'conversation', conversationId }];

const unknownKind = (_change: never): readonly StateEvent[] => nothing;

/** Null: it is of a person. */
export function conversationIdOf(change: Change): string | null {
  switch (change.kind) {
    case 'message':
      return change.message.conversationId;
    case 'notice':
      return change.notice.conversationId;
    case 'conversation':
      return change.conversation.id;
    case 'member':
      return change.member.conversationId;
    case 'receipts':
      return change.receipts.conversationId;
    case 'readState':
      return change.readState.conversationId;
    case 'settings':
      return change.settings.conversationId;
    case 'joined':
      return change.entry.conversation.id;
    case 'departed':
      return change.departed.conversationId;
    case 'person':
    default:
      return null;
  }
}
