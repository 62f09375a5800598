import { type PresenceVisibility, userStream } from '@parley/events';

/** First in this folder: the stream. Its events are in @parley/events. Then the state, evolve, and the decisions. */
export const userStreamName: (userId: string) => string = userStream;

/** Grows with the person's devices, blocks and the conversations that they have put a setting on. */
export type UserState = NotRegistered | RegisteredUser;

export interface NotRegistered {
  readonly phase: 'not-registered';
}

export interface RegisteredUser {
  readonly phase: 'registered';
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly about: string;
  readonly presenceVisibility: PresenceVisibility;
  /** Name by device id. */
  readonly devices: ReadonlyMap<string, string>;
  /** Ids of the people they have blocked. */
  readonly blocked: ReadonlySet<string>;
  /** By conversation id; those without any setting are left out. */
  readonly conversations: ReadonlyMap<string, ConversationSettings>;
}

export interface ConversationSettings {
  /** Milliseconds since 1970 UTC; `for-ever`: until unmuted. A time in the past is as good as not muted. */
  readonly muted: number | 'for-ever' | null;
  readonly archived: boolean;
  readonly markedUnread: boolean;
}

export const initialUser: UserState = { phase: 'not-registered' };

const noSettings: ConversationSettings = { muted: null, archived: false, markedUnread: false };

export const settingsOf = (user: RegisteredUser, conversationId: string): ConversationSettings =>
  user.conversations.get(conversationId) ?? noSettings;
