import type { MessageContent } from '@parley/events';

/**
 * What the edge asks of the write side. Plain data: in one process it goes over the command bus, between processes over
 * the wire. Shapes are validated at the edge; rights and rules are decided by the write side.
 */
export type Command =
  | StartConversation
  | RenameConversation
  | DescribeConversation
  | AddMembers
  | RemoveMember
  | LeaveConversation
  | ChangeRole
  | TransferOwnership
  | CreateInvite
  | RevokeInvite
  | JoinByInvite
  | SendMessage
  | ForwardMessage
  | EditMessage
  | DeleteMessage
  | React
  | Unreact
  | PinMessage
  | UnpinMessage
  | AdvanceWatermark
  | MarkUnread
  | MuteConversation
  | ArchiveConversation
  | RegisterUser
  | ChangeProfile
  | AddDevice
  | RemoveDevice
  | BlockUser
  | UnblockUser;

/** Who asks, and what came with it. Time and ids come in here, so that decisions stay pure. */
export interface CommandContext {
  readonly actorId: string;
  readonly deviceId: string;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  readonly correlationId: string;
  readonly traceparent?: string;
  /** Set where a command comes in from another process, and never sent on. */
  readonly caller?: CommandCaller;
}

/**
 * Who waits for the outcome of a command in another process. It may have given the command to another node by now, and
 * newer ones after it: what is decided for it on a state that others wrote must be what it wants after they wrote it.
 * Moments are those of `performance.now()` in this process.
 */
export interface CommandCaller {
  /** It has answered what it was asked after `since`, and not too long ago. */
  isHeard(since: number): boolean;
  /** Asks it. Resolves once it has answered what it was asked after `since`. @throws CommandRejected when it is gone */
  hear(since: number): Promise<void>;
}

/**
 * `position`: at or after the last event that the command wrote, or (repeated) had written: what was read up to here
 * shows it. Commands that leave in one append share the position of its end. 0 when there was nothing to do.
 */
export interface CommandResult {
  readonly position: number;
}

export interface MessageAccepted extends CommandResult {
  readonly conversationId: string;
  readonly messageId: string;
  readonly sequence: number;
  /** Milliseconds since 1970 UTC, as stored. */
  readonly time: number;
  /** The same message had been accepted before. */
  readonly repeated: boolean;
}

export interface ConversationStartedResult extends CommandResult {
  readonly conversationId: string;
  /** false: the direct conversation (or the one of this Idempotency-Key) was there already. */
  readonly created: boolean;
}

export interface InviteCreatedResult extends CommandResult {
  readonly inviteId: string;
  /** The secret for the link; told once, never stored. */
  readonly code: string;
}

export interface JoinedResult extends CommandResult {
  readonly conversationId: string;
}

export interface CommandResults {
  'start-conversation': ConversationStartedResult;
  'create-invite': InviteCreatedResult;
  'join-by-invite': JoinedResult;
  'send-message': MessageAccepted;
  'forward-message': MessageAccepted;
}
export type ResultOf<C extends Command> = C['type'] extends keyof CommandResults
  ? CommandResults[C['type']]
  : CommandResult;

/** Refused or failed; `code` is one of libs/protocol `errors`. */
export class CommandRejected extends Error {
  override readonly name = 'CommandRejected';
  constructor(
    readonly code: string,
    readonly detail?: string,
    readonly retryAfterMs?: number,
  ) {
    super(detail ?? code);
  }
}

export interface CommandClient {
  /**
   * Resolves once what it wrote is durable. Commands of one actor on one conversation are decided in the order of the
   * calls. Every command comes with the ids of what it makes, so repeating it makes nothing twice: a send with the same
   * clientMessageId answers the same, and so do the others as long as nothing newer has been said.
   * @throws CommandRejected
   */
  execute<C extends Command>(command: C, context: CommandContext): Promise<ResultOf<C>>;
  /** How many nodes decide, as far as is known; not there: it is this very process. */
  readonly nodes?: number;
}

export interface StartConversation {
  readonly type: 'start-conversation';
  readonly kind: 'direct' | 'group' | 'channel';
  /** Everybody but the starter. Exactly one for a direct conversation. */
  readonly memberIds: readonly string[];
  readonly title?: string;
  readonly description?: string;
  /**
   * The caller's, or one that the edge makes for the request. The id of a new group or channel is a function of
   * (actor, key): the same command starts one, however often and wherever it is executed.
   */
  readonly idempotencyKey: string;
}
interface OnConversation {
  readonly conversationId: string;
}
interface OnMessage extends OnConversation {
  readonly sequence: number;
}
export interface RenameConversation extends OnConversation {
  readonly type: 'rename-conversation';
  readonly title: string;
}
export interface DescribeConversation extends OnConversation {
  readonly type: 'describe-conversation';
  readonly description: string;
}
export interface AddMembers extends OnConversation {
  readonly type: 'add-members';
  readonly userIds: readonly string[];
}
export interface RemoveMember extends OnConversation {
  readonly type: 'remove-member';
  readonly userId: string;
}
export interface LeaveConversation extends OnConversation {
  readonly type: 'leave-conversation';
}
export interface ChangeRole extends OnConversation {
  readonly type: 'change-role';
  readonly userId: string;
  readonly role: 'admin' | 'member';
}
export interface TransferOwnership extends OnConversation {
  readonly type: 'transfer-ownership';
  readonly userId: string;
}
export interface CreateInvite extends OnConversation {
  readonly type: 'create-invite';
  /** Made by the edge, like the secret: the same command makes one invite, and answers the same code. */
  readonly inviteId: string;
  readonly secret: string;
  readonly expiresAt: number | null;
  readonly maxUses: number | null;
}
export interface RevokeInvite extends OnConversation {
  readonly type: 'revoke-invite';
  readonly inviteId: string;
}
/** The link's code is `<conversationId>.<secret>`: it names the conversation, so that no look-up is needed. */
export interface JoinByInvite {
  readonly type: 'join-by-invite';
  readonly code: string;
}
export interface SendMessage extends OnConversation {
  readonly type: 'send-message';
  readonly clientMessageId: string;
  readonly content: MessageContent;
  readonly replyTo?: number;
  readonly mentions?: readonly string[];
}
export interface ForwardMessage extends OnConversation {
  readonly type: 'forward-message';
  readonly clientMessageId: string;
  readonly from: { readonly conversationId: string; readonly sequence: number };
}
export interface EditMessage extends OnMessage {
  readonly type: 'edit-message';
  readonly content: MessageContent;
  readonly mentions?: readonly string[];
}
export interface DeleteMessage extends OnMessage {
  readonly type: 'delete-message';
}
export interface React extends OnMessage {
  readonly type: 'react';
  readonly emoji: string;
}
export interface Unreact extends OnMessage {
  readonly type: 'unreact';
  readonly emoji: string;
}
export interface PinMessage extends OnMessage {
  readonly type: 'pin-message';
}
export interface UnpinMessage extends OnMessage {
  readonly type: 'unpin-message';
}
/** Moves only the actor's own device's watermark, only upwards; a lower one is no error and changes nothing. */
export interface AdvanceWatermark extends OnConversation {
  readonly type: 'advance-watermark';
  readonly delivered?: number;
  readonly read?: number;
}
export interface MarkUnread extends OnConversation {
  readonly type: 'mark-unread';
  readonly marked: boolean;
}
export interface MuteConversation extends OnConversation {
  readonly type: 'mute-conversation';
  readonly muted: boolean;
  readonly until: number | null;
}
export interface ArchiveConversation extends OnConversation {
  readonly type: 'archive-conversation';
  readonly archived: boolean;
}
/** The user's id is a function of the username: registering a name twice is refused by the stream itself. */
export interface RegisterUser {
  readonly type: 'register-user';
  readonly username: string;
  readonly displayName: string;
}
export interface ChangeProfile {
  readonly type: 'change-profile';
  readonly displayName?: string;
  readonly about?: string;
  readonly presenceVisibility?: 'shared' | 'nobody';
}
export interface AddDevice {
  readonly type: 'add-device';
  readonly deviceId: string;
  readonly name: string;
}
export interface RemoveDevice {
  readonly type: 'remove-device';
  readonly deviceId: string;
}
export interface BlockUser {
  readonly type: 'block-user';
  readonly userId: string;
}
export interface UnblockUser {
  readonly type: 'unblock-user';
  readonly userId: string;
}
