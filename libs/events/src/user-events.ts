/** Stream `user-<userId>`: a person's profile, devices, blocks and personal settings of conversations. */
export type UserEvent =
  | UserRegistered
  | ProfileChanged
  | DeviceAdded
  | DeviceRemoved
  | UserBlocked
  | UserUnblocked
  | ConversationMuted
  | ConversationUnmuted
  | ConversationArchived
  | ConversationUnarchived
  | ConversationMarkedUnread
  | ConversationUnreadMarkCleared;

/** Who may see when somebody is online and was last seen: people who share a conversation, or nobody. */
export type PresenceVisibility = 'shared' | 'nobody';

export interface UserRegistered {
  readonly type: 'UserRegistered.v1';
  readonly data: { readonly userId: string; readonly username: string; readonly displayName: string };
}

/** Only the fields that changed. */
export interface ProfileChanged {
  readonly type: 'ProfileChanged.v1';
  readonly data: {
    readonly displayName?: string;
    readonly about?: string;
    readonly presenceVisibility?: PresenceVisibility;
  };
}

export interface DeviceAdded {
  readonly type: 'DeviceAdded.v1';
  readonly data: { readonly deviceId: string; readonly name: string };
}

export interface DeviceRemoved {
  readonly type: 'DeviceRemoved.v1';
  readonly data: { readonly deviceId: string };
}

export interface UserBlocked {
  readonly type: 'UserBlocked.v1';
  readonly data: { readonly userId: string };
}

export interface UserUnblocked {
  readonly type: 'UserUnblocked.v1';
  readonly data: { readonly userId: string };
}

export interface ConversationMuted {
  readonly type: 'ConversationMuted.v1';
  /** `until`: milliseconds since 1970 UTC; null: until unmuted. */
  readonly data: { readonly conversationId: string; readonly until: number | null };
}

export interface ConversationUnmuted {
  readonly type: 'ConversationUnmuted.v1';
  readonly data: { readonly conversationId: string };
}

export interface ConversationArchived {
  readonly type: 'ConversationArchived.v1';
  readonly data: { readonly conversationId: string };
}

export interface ConversationUnarchived {
  readonly type: 'ConversationUnarchived.v1';
  readonly data: { readonly conversationId: string };
}

/** A flag a person puts on a conversation. Watermarks only rise, so marking unread never lowers one. */
export interface ConversationMarkedUnread {
  readonly type: 'ConversationMarkedUnread.v1';
  readonly data: { readonly conversationId: string };
}

export interface ConversationUnreadMarkCleared {
  readonly type: 'ConversationUnreadMarkCleared.v1';
  readonly data: { readonly conversationId: string };
}
