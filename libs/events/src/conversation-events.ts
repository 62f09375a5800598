import type { MessageContent } from './content.js';

/** Stream `conversation-<conversationId>`: who is in it, what was said and what was done to it, in one order. */
export type ConversationEvent =
  | ConversationStarted
  | ConversationRenamed
  | ConversationDescribed
  | MemberAdded
  | MemberJoined
  | MemberLeft
  | MemberRemoved
  | MemberRoleChanged
  | OwnershipTransferred
  | InviteCreated
  | InviteRevoked
  | MessageSent
  | MessageEdited
  | MessageDeleted
  | ReactionAdded
  | ReactionRemoved
  | MessagePinned
  | MessageUnpinned;

export type ConversationKind = 'direct' | 'group' | 'channel';
export type MemberRole = 'owner' | 'admin' | 'member';

export interface ConversationStarted {
  readonly type: 'ConversationStarted.v1';
  readonly data: {
    readonly conversationId: string;
    readonly kind: ConversationKind;
    readonly title: string | null;
    readonly description: string | null;
    /** Everybody who is a member from the first moment, the starter too. */
    readonly members: readonly { readonly userId: string; readonly role: MemberRole }[];
    readonly startedBy: string;
  };
}

export interface ConversationRenamed {
  readonly type: 'ConversationRenamed.v1';
  readonly data: { readonly title: string; readonly renamedBy: string };
}

export interface ConversationDescribed {
  readonly type: 'ConversationDescribed.v1';
  readonly data: { readonly description: string; readonly describedBy: string };
}

/** `afterSequence` in the membership events is the last message's sequence at that moment: the window's edge. */
export interface MemberAdded {
  readonly type: 'MemberAdded.v1';
  readonly data: {
    readonly userId: string;
    readonly role: MemberRole;
    readonly addedBy: string;
    readonly afterSequence: number;
  };
}

export interface MemberJoined {
  readonly type: 'MemberJoined.v1';
  readonly data: {
    readonly userId: string;
    readonly role: MemberRole;
    readonly inviteId: string;
    readonly afterSequence: number;
  };
}

export interface MemberLeft {
  readonly type: 'MemberLeft.v1';
  readonly data: { readonly userId: string; readonly afterSequence: number };
}

export interface MemberRemoved {
  readonly type: 'MemberRemoved.v1';
  readonly data: { readonly userId: string; readonly removedBy: string; readonly afterSequence: number };
}

export interface MemberRoleChanged {
  readonly type: 'MemberRoleChanged.v1';
  readonly data: { readonly userId: string; readonly role: MemberRole; readonly changedBy: string };
}

/** The old owner becomes an admin. */
export interface OwnershipTransferred {
  readonly type: 'OwnershipTransferred.v1';
  readonly data: { readonly from: string; readonly to: string };
}

/** The invite's secret code is never stored: `codeHash` is its SHA-256 in base64url. */
export interface InviteCreated {
  readonly type: 'InviteCreated.v1';
  readonly data: {
    readonly inviteId: string;
    readonly codeHash: string;
    readonly createdBy: string;
    /** Milliseconds since 1970 UTC; null: never. */
    readonly expiresAt: number | null;
    /** null: as many as like. */
    readonly maxUses: number | null;
  };
}

export interface InviteRevoked {
  readonly type: 'InviteRevoked.v1';
  readonly data: { readonly inviteId: string; readonly revokedBy: string };
}

export interface MessageSent {
  readonly type: 'MessageSent.v1';
  readonly data: {
    /** 1, 2, 3, … without gaps in each conversation. */
    readonly sequence: number;
    readonly messageId: string;
    readonly clientMessageId: string;
    readonly senderId: string;
    readonly content: MessageContent;
    /** Sequence of the message this one answers. */
    readonly replyTo?: number;
    /** User ids. */
    readonly mentions?: readonly string[];
    readonly forwardedFrom?: ForwardedFrom;
  };
}

export interface ForwardedFrom {
  readonly conversationId: string;
  readonly messageId: string;
  readonly senderId: string;
}

export interface MessageEdited {
  readonly type: 'MessageEdited.v1';
  readonly data: {
    readonly sequence: number;
    readonly content: MessageContent;
    /** Instead of the earlier ones: left out, there are none now. */
    readonly mentions?: readonly string[];
    /** Whom the earlier text mentioned and this one does not: they have less to read now. */
    readonly unmentioned?: readonly string[];
    readonly editedBy: string;
  };
}

/** Deleted for everybody: its content, mentions, reactions and pin go with it. The sequence stays taken. */
export interface MessageDeleted {
  readonly type: 'MessageDeleted.v1';
  readonly data: {
    readonly sequence: number;
    /** Whom it mentioned until then. */
    readonly unmentioned?: readonly string[];
    readonly deletedBy: string;
  };
}

export interface ReactionAdded {
  readonly type: 'ReactionAdded.v1';
  readonly data: { readonly sequence: number; readonly userId: string; readonly emoji: string };
}

export interface ReactionRemoved {
  readonly type: 'ReactionRemoved.v1';
  readonly data: { readonly sequence: number; readonly userId: string; readonly emoji: string };
}

export interface MessagePinned {
  readonly type: 'MessagePinned.v1';
  readonly data: { readonly sequence: number; readonly pinnedBy: string };
}

export interface MessageUnpinned {
  readonly type: 'MessageUnpinned.v1';
  readonly data: { readonly sequence: number; readonly unpinnedBy: string };
}
