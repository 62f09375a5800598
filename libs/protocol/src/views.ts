import { z } from 'zod';

/**
 * What clients see, the same on REST and on sockets. Times are RFC 3339 UTC, positions decimal strings (64 bit),
 * sequences numbers. A projector encodes each of these once; everybody after it passes the JSON on unopened.
 */

export const textContent = z.strictObject({ type: z.literal('text.v1'), text: z.string().min(1) });
export const sealedContent = z.strictObject({
  type: z.literal('sealed.v1'),
  scheme: z.string().min(1).max(64),
  ciphertext: z.string().min(1),
});
export const messageContent = z.discriminatedUnion('type', [textContent, sealedContent]);
export type MessageContentView = z.infer<typeof messageContent>;

export const conversationKind = z.enum(['direct', 'group', 'channel']);
export const memberRole = z.enum(['owner', 'admin', 'member']);

/** A message as it stands now: edits, deletion, reactions and pin are folded in. */
export const messageView = z.object({
  id: z.string(),
  conversationId: z.string(),
  sequence: z.int().min(1),
  senderId: z.string(),
  clientMessageId: z.string(),
  time: z.string(),
  content: messageContent.optional().describe('Absent once deleted'),
  replyTo: z.int().min(1).optional(),
  mentions: z.array(z.string()).optional(),
  forwardedFrom: z.object({ senderId: z.string() }).optional().describe('Whose message it was'),
  editedAt: z.string().optional(),
  deletedAt: z.string().optional(),
  deletedBy: z.string().optional(),
  pinned: z.literal(true).optional(),
  reactions: z.array(z.object({ emoji: z.string(), userIds: z.array(z.string()) })).optional(),
});
export type MessageView = z.infer<typeof messageView>;

/** A system message: it stands in the timeline after message `afterSequence` and takes no sequence of its own. */
export const noticeView = z.object({
  conversationId: z.string(),
  position: z.string(),
  afterSequence: z.int().min(0),
  type: z.enum([
    'started',
    'renamed',
    'described',
    'added',
    'joined',
    'left',
    'removed',
    'role_changed',
    'ownership_transferred',
  ]),
  actorId: z.string(),
  time: z.string(),
  userId: z.string().optional().describe('Whom it concerns'),
  title: z.string().optional(),
  role: memberRole.optional(),
});
export type NoticeView = z.infer<typeof noticeView>;

export const conversationView = z.object({
  id: z.string(),
  kind: conversationKind,
  title: z.string().nullable(),
  description: z.string().nullable(),
  memberCount: z.int(),
  lastSequence: z.int(),
  pins: z.array(z.int()).describe('Sequences of pinned messages, newest pin last'),
  peerIds: z.array(z.string()).optional().describe('In a direct conversation: both people'),
  startedAt: z.string(),
});
export type ConversationView = z.infer<typeof conversationView>;

export const memberView = z.object({
  conversationId: z.string(),
  userId: z.string(),
  role: memberRole,
  state: z.enum(['member', 'left', 'removed']),
  afterSequence: z.int().min(0).describe('Messages above this sequence are the member’s to see'),
});
export type MemberView = z.infer<typeof memberView>;

/** How far at least `members` members have come: [sequence, members] steps, newest first, at most 16. */
export const receiptsView = z.object({
  conversationId: z.string(),
  memberCount: z.int(),
  delivered: z.array(z.tuple([z.int(), z.int()])),
  read: z.array(z.tuple([z.int(), z.int()])),
});
export type ReceiptsView = z.infer<typeof receiptsView>;

export const settingsView = z.object({
  conversationId: z.string(),
  muted: z.boolean(),
  mutedUntil: z.string().nullable().describe('null: until unmuted. Only with `muted`'),
  archived: z.boolean(),
  markedUnread: z.boolean(),
});
export type SettingsView = z.infer<typeof settingsView>;

/** One's own reading state, in step on all devices of a person. */
export const readStateView = z.object({
  conversationId: z.string(),
  read: z.int().min(0),
  unread: z.int().min(0).describe('Messages above `read` that are one’s own to see; derived, so it cannot drift'),
  mentions: z.int().min(0).describe('Unread messages that mention this person'),
  /**
   * The conversation's last message when the two counts were derived: whoever has seen n messages beyond it, by others,
   * has `unread + n`. Without it a change in its present state would be counted twice.
   */
  lastSequence: z.int().min(0),
});
export type ReadStateView = z.infer<typeof readStateView>;

export const personView = z.object({
  id: z.string(),
  username: z.string(),
  displayName: z.string(),
  about: z.string().nullable(),
});
export type PersonView = z.infer<typeof personView>;

/** One row of the conversation list. */
export const inboxEntry = z.object({
  conversation: conversationView,
  role: memberRole,
  afterSequence: z
    .int()
    .min(0)
    .describe('One’s present membership began after this message: with `joined`, what is above it comes as changes'),
  lastMessage: messageView.nullable(),
  readState: readStateView,
  settings: settingsView,
  receipts: receiptsView,
});
export type InboxEntry = z.infer<typeof inboxEntry>;

/**
 * What syncs: the state of one thing after a change, never the change alone, so that a device that was away ends
 * identical to one that was online. The newest `position` of a thing wins; a repeated one is harmless.
 */
export const change = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), position: z.string(), message: messageView }),
  z.object({ kind: z.literal('notice'), position: z.string(), notice: noticeView }),
  z.object({ kind: z.literal('conversation'), position: z.string(), conversation: conversationView }),
  z.object({ kind: z.literal('member'), position: z.string(), member: memberView }),
  z.object({ kind: z.literal('receipts'), position: z.string(), receipts: receiptsView }),
  /** To one's own devices only: */
  z.object({ kind: z.literal('readState'), position: z.string(), readState: readStateView }),
  z.object({ kind: z.literal('settings'), position: z.string(), settings: settingsView }),
  /** Somebody changed their profile: to people who share a conversation. */
  z.object({ kind: z.literal('person'), position: z.string(), person: personView }),
  /** One has become a member: the whole entry. */
  z.object({ kind: z.literal('joined'), position: z.string(), entry: inboxEntry }),
  /** One is no longer a member: forget the conversation; what came before stays yours. */
  z.object({
    kind: z.literal('departed'),
    position: z.string(),
    departed: z.object({ conversationId: z.string(), state: z.enum(['left', 'removed']) }),
  }),
]);
export type Change = z.infer<typeof change>;
export type ChangeKind = Change['kind'];
