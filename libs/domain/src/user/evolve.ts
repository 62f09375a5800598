import type { UserEvent } from '@parley/events';
import { unreachable } from '../unreachable.js';
import { type ConversationSettings, type RegisteredUser, settingsOf, type UserState } from './state.js';

/** The state after the event. */
export function evolveUser(state: UserState, event: UserEvent): UserState {
  if (event.type === 'UserRegistered.v1') {
    return {
      phase: 'registered',
      ...event.data,
      about: '',
      presenceVisibility: 'shared',
      devices: new Map(),
      blocked: new Set(),
      conversations: new Map(),
    };
  }
  if (state.phase === 'not-registered') throw new Error(`${event.type} before UserRegistered`);
  switch (event.type) {
    case 'ProfileChanged.v1':
      return { ...state, ...event.data };
    case 'DeviceAdded.v1':
      return { ...state, devices: new Map(state.devices).set(event.data.deviceId, event.data.name) };
    case 'DeviceRemoved.v1': {
      const devices = new Map(state.devices);
      devices.delete(event.data.deviceId);
      return { ...state, devices };
    }
    case 'UserBlocked.v1':
      return { ...state, blocked: new Set(state.blocked).add(event.data.userId) };
    case 'UserUnblocked.v1': {
      const blocked = new Set(state.blocked);
      blocked.delete(event.data.userId);
      return { ...state, blocked };
    }
    case 'ConversationMuted.v1':
      return withSettings(state, event.data.conversationId, { muted: event.data.until ?? 'for-ever' });
    case 'ConversationUnmuted.v1':
      return withSettings(state, event.data.conversationId, { muted: null });
    case 'ConversationArchived.v1':
      return withSettings(state, event.data.conversationId, { archived: true });
    case 'ConversationUnarchived.v1':
      return withSettings(state, event.data.conversationId, { archived: false });
    case 'ConversationMarkedUnread.v1':
      return withSettings(state, event.data.conversationId, { markedUnread: true });
    case 'ConversationUnreadMarkCleared.v1':
      return withSettings(state, event.data.conversationId, { markedUnread: false });
    default:
      return unreachable(event);
  }
}

function withSettings(
  user: RegisteredUser,
  conversationId: string,
  change: Partial<ConversationSettings>,
): RegisteredUser {
  const settings = { ...settingsOf(user, conversationId), ...change };
  const conversations = new Map(user.conversations);
  if (settings.muted !== null || settings.archived || settings.markedUnread) {
    conversations.set(conversationId, settings);
  } else {
    conversations.delete(conversationId);
  }
  return { ...user, conversations };
}
