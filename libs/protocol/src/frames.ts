import { z } from 'zod';
import { maxHistoryPage } from './limits.js';
import { change, inboxEntry, messageContent, messageView, noticeView } from './views.js';

/**
 * The socket protocol `parley.v1.json`. A WebSocket message is one frame (a JSON object) or several (an array of at most
 * `maxFramesPerMessage`), both ways. Requests carry `ref`, a number the client chooses; the answer carries it again.
 */
export const subprotocol = 'parley.v1.json';
export const maxFramesPerMessage = 256;

const ref = z.int().min(0);
export const userId = z.string().regex(/^usr_[A-Za-z0-9_-]{4,40}$/);
export const conversationId = z.string().regex(/^cnv_[A-Za-z0-9_-]{4,60}$/);
export const deviceId = z.string().regex(/^dev_[A-Za-z0-9_-]{4,40}$/);
/** 1 to 64 visible ASCII characters; unique per sender and conversation, for ever. */
export const clientMessageId = z.string().regex(/^[\x21-\x7e]{1,64}$/);
export const cursor = z.string().min(1).max(512);
const sequence = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const emoji = z.string().min(1).max(64);
const mentions = z.array(userId).max(50);

export const clientFrames = {
  /** First frame, unless the token came in the Authorization header and nothing else is to be said. */
  hello: z.strictObject({
    type: z.literal('hello'),
    token: z.string().max(8192).optional(),
    cursor: cursor.optional().describe('Where to resume; absent: newest state first'),
    echo: z
      .boolean()
      .optional()
      .describe('false: this socket is not sent its own messages again (`accepted` tells it all). Default true'),
    sync: z.boolean().optional().describe('false: no sync and no live changes until `sync` is asked for. Default true'),
  }),
  ping: z.strictObject({ type: z.literal('ping'), ref: ref.optional() }),
  send: z.strictObject({
    type: z.literal('send'),
    ref,
    conversationId,
    clientMessageId,
    content: messageContent,
    replyTo: sequence.optional(),
    mentions: mentions.optional(),
  }),
  /** Sends the content of a message one can see into another conversation. */
  forward: z.strictObject({
    type: z.literal('forward'),
    ref,
    conversationId,
    clientMessageId,
    from: z.strictObject({ conversationId, sequence }),
  }),
  edit: z.strictObject({
    type: z.literal('edit'),
    ref,
    conversationId,
    sequence,
    content: messageContent,
    mentions: mentions.optional(),
  }),
  delete: z.strictObject({ type: z.literal('delete'), ref, conversationId, sequence }),
  react: z.strictObject({ type: z.literal('react'), ref, conversationId, sequence, emoji }),
  unreact: z.strictObject({ type: z.literal('unreact'), ref, conversationId, sequence, emoji }),
  pin: z.strictObject({ type: z.literal('pin'), ref, conversationId, sequence }),
  unpin: z.strictObject({ type: z.literal('unpin'), ref, conversationId, sequence }),
  /** Watermarks: everything up to `upTo` has arrived on this device, or was read. */
  delivered: z.strictObject({ type: z.literal('delivered'), ref: ref.optional(), conversationId, upTo: sequence }),
  read: z.strictObject({ type: z.literal('read'), ref: ref.optional(), conversationId, upTo: sequence }),
  mark_unread: z.strictObject({ type: z.literal('mark_unread'), ref, conversationId, marked: z.boolean() }),
  typing: z.strictObject({ type: z.literal('typing'), conversationId, active: z.boolean() }),
  /** Replaces the list of people whose presence this socket wants to know; answered by a presence frame of all. */
  presence_subscribe: z.strictObject({ type: z.literal('presence_subscribe'), ref, userIds: z.array(userId).max(500) }),
  /** What this device's person is doing: `away` when idle. */
  presence: z.strictObject({ type: z.literal('presence'), state: z.enum(['online', 'away']) }),
  sync: z.strictObject({ type: z.literal('sync'), ref, cursor: cursor.optional() }),
  history: z.strictObject({
    type: z.literal('history'),
    ref,
    conversationId,
    before: sequence.optional(),
    after: z.int().min(0).optional(),
    around: sequence.optional(),
    limit: z.int().min(1).max(maxHistoryPage).optional(),
    notices: z.boolean().optional(),
  }),
} as const;

export const clientFrame = z.discriminatedUnion('type', [
  clientFrames.hello,
  clientFrames.ping,
  clientFrames.send,
  clientFrames.forward,
  clientFrames.edit,
  clientFrames.delete,
  clientFrames.react,
  clientFrames.unreact,
  clientFrames.pin,
  clientFrames.unpin,
  clientFrames.delivered,
  clientFrames.read,
  clientFrames.mark_unread,
  clientFrames.typing,
  clientFrames.presence_subscribe,
  clientFrames.presence,
  clientFrames.sync,
  clientFrames.history,
]);
export type ClientFrame = z.infer<typeof clientFrame>;
export type ClientFrameOf<T extends ClientFrame['type']> = Extract<ClientFrame, { type: T }>;

export const presenceView = z.object({
  userId: z.string(),
  state: z.enum(['online', 'away', 'offline']),
  lastSeen: z.string().nullable().describe('RFC 3339; null when online, away, hidden or never seen'),
});
export type PresenceView = z.infer<typeof presenceView>;

export const serverFrames = {
  welcome: z.object({
    type: z.literal('welcome'),
    sessionId: z.string(),
    userId: z.string(),
    deviceId: z.string(),
    heartbeatMs: z.int().describe('Send any frame at least this often'),
    serverTime: z.string(),
  }),
  pong: z.object({ type: z.literal('pong'), ref: ref.optional() }),
  /** The message is durable and has its place. `repeated`: it was there already. */
  accepted: z.object({
    type: z.literal('accepted'),
    ref,
    conversationId: z.string(),
    messageId: z.string(),
    sequence: z.int(),
    time: z.string(),
    position: z.string(),
    repeated: z.literal(true).optional(),
  }),
  /** Any other command is durable. `position` of what it wrote last; absent when there was nothing to do. */
  done: z.object({ type: z.literal('done'), ref, position: z.string().optional() }),
  /** Newest state first, for a device without cursor: conversation list in pages, newest activity first. */
  snapshot: z.object({
    type: z.literal('snapshot'),
    ref: ref.optional(),
    entries: z.array(inboxEntry),
    cursor: z.string().optional().describe('Set on the last page: resume from here'),
    more: z.boolean(),
  }),
  /** Changes in order. Having applied them, keep `cursor`. While `live` is false more pages follow at once. */
  changes: z.object({
    type: z.literal('changes'),
    changes: z.array(change),
    cursor: z.string(),
    live: z.boolean(),
  }),
  /** Everything up to `cursor` was sent; from here on it is live. */
  caught_up: z.object({ type: z.literal('caught_up'), ref: ref.optional(), cursor: z.string() }),
  history: z.object({
    type: z.literal('history'),
    ref,
    conversationId: z.string(),
    entries: z.array(
      z.discriminatedUnion('kind', [
        // Of its last change: a page that was read before a change and arrives after it must not win.
        z.object({ kind: z.literal('message'), position: z.string(), message: messageView }),
        z.object({ kind: z.literal('notice'), position: z.string(), notice: noticeView }),
      ]),
    ),
    hasMoreBefore: z.boolean(),
    hasMoreAfter: z.boolean(),
  }),
  /** Expires by itself `ttlMs` after it came. */
  typing: z.object({
    type: z.literal('typing'),
    conversationId: z.string(),
    userId: z.string(),
    active: z.boolean(),
    ttlMs: z.int(),
  }),
  presence: z.object({ type: z.literal('presence'), ref: ref.optional(), people: z.array(presenceView) }),
  /** What the client holds cannot be brought up to date: drop it and sync without a cursor. */
  resync: z.object({ type: z.literal('resync'), reason: z.string() }),
  /** This node stops: reconnect after `reconnectAfterMs` (spread out over the clients). */
  going_away: z.object({ type: z.literal('going_away'), reconnectAfterMs: z.int() }),
  error: z.object({
    type: z.literal('error'),
    ref: ref.optional(),
    code: z.string(),
    number: z.int(),
    message: z.string(),
    retryable: z.boolean(),
    retryAfterMs: z.int().optional(),
    errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
    traceId: z.string().optional(),
  }),
} as const;

export const serverFrame = z.discriminatedUnion('type', [
  serverFrames.welcome,
  serverFrames.pong,
  serverFrames.accepted,
  serverFrames.done,
  serverFrames.snapshot,
  serverFrames.changes,
  serverFrames.caught_up,
  serverFrames.history,
  serverFrames.typing,
  serverFrames.presence,
  serverFrames.resync,
  serverFrames.going_away,
  serverFrames.error,
]);
export type ServerFrame = z.infer<typeof serverFrame>;
export type ServerFrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;
