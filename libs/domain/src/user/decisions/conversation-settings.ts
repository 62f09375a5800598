import type {
  ConversationArchived,
  ConversationMarkedUnread,
  ConversationMuted,
  ConversationUnarchived,
  ConversationUnmuted,
  ConversationUnreadMarkCleared,
} from '@parley/events';
import { accept, type Decision, nothingToDo, refuse } from '../../decision.js';
import { type ConversationSettings, settingsOf, type UserState } from '../state.js';

/** Settings are the person's own and change nothing for others. The caller has checked that they are or were a member. */
export interface ForConversation {
  readonly conversationId: string;
}

export interface MuteConversation extends ForConversation {
  /** Milliseconds since 1970 UTC; null: until unmuted. Muting again changes the time. */
  readonly until: number | null;
}

export function muteConversation(state: UserState, command: MuteConversation): Decision<ConversationMuted> {
  const { conversationId, until } = command;
  return unless(state, conversationId, ({ muted }) => muted === (until ?? 'for-ever'), {
    type: 'ConversationMuted.v1',
    data: { conversationId, until },
  });
}

export function unmuteConversation(
  state: UserState,
  { conversationId }: ForConversation,
): Decision<ConversationUnmuted> {
  return unless(state, conversationId, ({ muted }) => muted === null, {
    type: 'ConversationUnmuted.v1',
    data: { conversationId },
  });
}

export function archiveConversation(
  state: UserState,
  { conversationId }: ForConversation,
): Decision<ConversationArchived> {
  return unless(state, conversationId, ({ archived }) => archived, {
    type: 'ConversationArchived.v1',
    data: { conversationId },
  });
}

export function unarchiveConversation(
  state: UserState,
  { conversationId }: ForConversation,
): Decision<ConversationUnarchived> {
  return unless(state, conversationId, ({ archived }) => !archived, {
    type: 'ConversationUnarchived.v1',
    data: { conversationId },
  });
}

export function markConversationUnread(
  state: UserState,
  { conversationId }: ForConversation,
): Decision<ConversationMarkedUnread> {
  return unless(state, conversationId, ({ markedUnread }) => markedUnread, {
    type: 'ConversationMarkedUnread.v1',
    data: { conversationId },
  });
}

export function clearUnreadMark(
  state: UserState,
  { conversationId }: ForConversation,
): Decision<ConversationUnreadMarkCleared> {
  return unless(state, conversationId, ({ markedUnread }) => !markedUnread, {
    type: 'ConversationUnreadMarkCleared.v1',
    data: { conversationId },
  });
}

/** The event, unless the settings are so already. */
function unless<E>(
  state: UserState,
  conversationId: string,
  already: (settings: ConversationSettings) => boolean,
  event: E,
): Decision<E> {
  // Who is not registered is in no conversation.
  if (state.phase === 'not-registered') return refuse({ code: 'conversation_not_found' });
  return already(settingsOf(state, conversationId)) ? nothingToDo : accept(event);
}
