import type { Change, MemberView, MessageView, NoticeView } from '@parley/protocol';
import { comparePositions } from '../position.js';
import { conversationFrom, unknownConversation } from './conversation.js';
import type { ConversationState, Held, LocalState, StateEvent } from './local-state.js';
import { noteMessage, pruneMentions } from './read-state.js';

const nothing: readonly StateEvent[] = [];

/**
 * Applies one change to the state given and to nothing else: no clock, no chance, no input or output. The newest
 * position of each thing wins, so a change may come twice, and pages may be repeated from any cursor before, with the
 * same end. Returns what the application has to be told; nothing for what was known.
 */
export function applyChange(state: LocalState, change: Change): readonly StateEvent[] {
  const { position } = change;
  switch (change.kind) {
    case 'message': {
      const conversation = conversationOf(state, change.message.conversationId);
      return conversation === null ? nothing : applyMessage(state, conversation, change.message, position, false);
    }
    case 'notice': {
      const conversation = conversationOf(state, change.notice.conversationId);
      return conversation === null ? nothing : applyNotice(state, conversation, change.notice);
    }
    case 'conversation': {
      const { conversation: view } = change;
      const conversation = conversationOf(state, view.id);
      if (conversation === null || !isNewer(position, conversation.view)) return nothing;
      conversation.view = { value: view, position };
      conversation.timeline.expect(view.lastSequence);
      return row(view.id);
    }
    case 'member': {
      const conversation = conversationOf(state, change.member.conversationId);
      return conversation === null ? nothing : applyMember(state, conversation, change.member, position);
    }
    case 'receipts': {
      const { receipts } = change;
      const conversation = conversationOf(state, receipts.conversationId);
      if (conversation === null || !isNewer(position, conversation.receipts)) return nothing;
      conversation.receipts = { value: receipts, position };
      return [{ type: 'receipts', receipts }];
    }
    case 'readState': {
      const { readState } = change;
      const conversation = conversationOf(state, readState.conversationId);
      if (conversation === null || !isNewer(position, conversation.readState)) return nothing;
      conversation.readState = { value: readState, position };
      pruneMentions(conversation);
      return row(readState.conversationId);
    }
    case 'settings': {
      const { settings } = change;
      const conversation = conversationOf(state, settings.conversationId);
      if (conversation === null || !isNewer(position, conversation.settings)) return nothing;
      conversation.settings = { value: settings, position };
      return row(settings.conversationId);
    }
    case 'person': {
      const { person } = change;
      if (!isNewer(position, state.people.get(person.id))) return nothing;
      keepNewest(state.people, person.id, { value: person, position }, state.limits.people);
      return [{ type: 'person', person }];
    }
    case 'joined': {
      const { id } = change.entry.conversation;
      const before = state.departed.get(id) ?? state.conversations.get(id)?.joinedAt;
      if (before !== undefined && comparePositions(position, before) <= 0) return nothing;
      state.departed.delete(id);
      state.conversations.set(id, conversationFrom(change.entry, position, change.entry.afterSequence, state));
      return [{ type: 'joined', conversationId: id }, ...row(id)];
    }
    case 'departed': {
      const { conversationId, state: how } = change.departed;
      const before = state.departed.get(conversationId) ?? state.conversations.get(conversationId)?.joinedAt;
      if (before !== undefined && comparePositions(position, before) <= 0) return nothing;
      state.departed.set(conversationId, position);
      if (!state.conversations.delete(conversationId)) return nothing;
      return [{ type: 'departed', conversationId, state: how }];
    }
    default:
      // A newer server tells of things this version does not know: they are not ours to keep.
      return unknownKind(change);
  }
}

/**
 * `provisional`: put together on this side from what was sent and accepted; the server's view of the same position
 * takes its place.
 */
export function applyMessage(
  state: LocalState,
  conversation: ConversationState,
  message: MessageView,
  position: string,
  provisional: boolean,
): readonly StateEvent[] {
  const { timeline } = conversation;
  const insertion = timeline.insert(provisional ? { message, position, provisional } : { message, position });
  if (insertion === 'stale') return nothing;
  noteMessage(conversation, message, state.userId);
  const events: StateEvent[] = insertion === 'changed' ? [{ type: 'messageChanged', message }] : announce(conversation);
  events.push({ type: 'conversation', conversationId: conversation.id });
  return events;
}

/** The messages that are due, after something was inserted or a hole was closed. */
export const announce = (conversation: ConversationState): StateEvent[] =>
  conversation.timeline.announce().map((message) => ({ type: 'message', message }));

function applyNotice(
  state: LocalState,
  conversation: ConversationState,
  notice: NoticeView,
): readonly StateEvent[] {
  if (!insertNotice(conversation, notice, state.limits.notices)) return nothing;
  if (comparePositions(notice.position, conversation.noticedUpTo) <= 0) return nothing;
  conversation.noticedUpTo = notice.position;
  return [{ type: 'notice', notice }];
}

/** A notice never changes: it is there or it is not. False: it was there, or is older than those that are kept. */
function insertNotice(conversation: ConversationState, notice: NoticeView, limit: number): boolean {
  const { notices } = conversation;
  let at = notices.length;
  for (; at > 0; at--) {
    const order = comparePositions(notice.position, notices[at - 1]?.position ?? '');
    if (order === 0) return false;
    if (order > 0) break;
  }
  notices.splice(at, 0, notice);
  if (notices.length > limit) notices.shift();
  return limit === 0 || at > 0 || notices[0] === notice;
}

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

/** Null: one has left it. A conversation never heard of is begun, unanchored until its entry is known. */
function conversationOf(state: LocalState, id: string): ConversationState | null {
  const known = state.conversations.get(id);
  if (known !== undefined) return known;
  if (state.departed.has(id)) return null;
  const conversation = unknownConversation(id, state);
  state.conversations.set(id, conversation);
  return conversation;
}

const isNewer = (position: string, held: Held<unknown> | null | undefined): boolean =>
  held === null || held === undefined || comparePositions(position, held.position) > 0;

const row = (conversationId: string): readonly StateEvent[] => [{ type: 'conversation', conversationId }];

/** Keeps at most `limit`: those longest unchanged go. */
function keepNewest<T>(map: Map<string, T>, key: string, value: T, limit: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= limit) break;
    map.delete(oldest);
  }
}

const unknownKind = (_change: never): readonly StateEvent[] => nothing;
