import {
  conversationStream,
  encodeEvent,
  receiptsStream,
  userStream,
  type MemberRole,
  type NewEvent,
  type ParleyEvent,
} from '@parley/events';
import type { EventLogWriter } from '@parley/ports';

/**
 * Writes what people do into a log, as the write side would: sequences and windows are right by construction. Streams
 * are told apart, order is that of the calls.
 */
export class Scene {
  readonly #lastSequence = new Map<string, number>();
  /** Whom a message mentions now. */
  readonly #mentions = new Map<string, readonly string[]>();
  #ids = 0;
  #pending: { readonly stream: string; readonly event: NewEvent; readonly meaning: ParleyEvent | null }[] = [];
  /** Of the last event appended. */
  position = 0;
  /** Everything that was written, appended or not. */
  readonly written: { readonly stream: string; readonly event: ParleyEvent | null }[] = [];
  /** Everything that was appended, in the order of the log. */
  readonly told: { readonly stream: string; readonly event: ParleyEvent | null; readonly position: number }[] = [];

  constructor(
    private readonly log: EventLogWriter,
    /** Keeps the event ids of several scenes in one log apart. */
    private readonly number = 0,
  ) {}

  lastSequence(conversationId: string): number {
    return this.#lastSequence.get(conversationId) ?? 0;
  }

  register(userId: string, username = userId, displayName = username): this {
    return this.user(userId, { type: 'UserRegistered.v1', data: { userId, username, displayName } });
  }

  start(
    conversationId: string,
    members: Readonly<Record<string, MemberRole>>,
    kind: 'direct' | 'group' | 'channel' = 'group',
  ): this {
    const [startedBy = ''] = Object.keys(members);
    const list = Object.entries(members).map(([userId, role]) => ({ userId, role }));
    const title = kind === 'direct' ? null : `title of ${conversationId}`;
    const data = { conversationId, kind, title, description: null, members: list, startedBy };
    return this.#in(conversationId, { type: 'ConversationStarted.v1', data });
  }

  /** Answers the sequence. */
  send(
    conversationId: string,
    senderId: string,
    text: string,
    more: { readonly mentions?: readonly string[]; readonly replyTo?: number } = {},
  ): number {
    const sequence = this.lastSequence(conversationId) + 1;
    this.#lastSequence.set(conversationId, sequence);
    this.#mention(conversationId, sequence, more.mentions);
    const messageId = `msg_${conversationId}_${sequence}`;
    const content = { type: 'text.v1', text } as const;
    const data = { sequence, messageId, clientMessageId: `c${sequence}`, senderId, content, ...more };
    this.#in(conversationId, { type: 'MessageSent.v1', data });
    return sequence;
  }

  edit(conversationId: string, sequence: number, editedBy: string, text: string, mentions?: readonly string[]): this {
    const content = { type: 'text.v1', text } as const;
    const unmentioned = this.#mention(conversationId, sequence, mentions);
    const data = { sequence, content, editedBy, ...(mentions === undefined ? {} : { mentions }), ...unmentioned };
    return this.#in(conversationId, { type: 'MessageEdited.v1', data });
  }

  delete(conversationId: string, sequence: number, deletedBy: string): this {
    const data = { sequence, deletedBy, ...this.#mention(conversationId, sequence, []) };
    return this.#in(conversationId, { type: 'MessageDeleted.v1', data });
  }

  react(conversationId: string, sequence: number, userId: string, emoji: string): this {
    return this.#in(conversationId, { type: 'ReactionAdded.v1', data: { sequence, userId, emoji } });
  }

  unreact(conversationId: string, sequence: number, userId: string, emoji: string): this {
    return this.#in(conversationId, { type: 'ReactionRemoved.v1', data: { sequence, userId, emoji } });
  }

  pin(conversationId: string, sequence: number, pinnedBy: string): this {
    return this.#in(conversationId, { type: 'MessagePinned.v1', data: { sequence, pinnedBy } });
  }

  unpin(conversationId: string, sequence: number, unpinnedBy: string): this {
    return this.#in(conversationId, { type: 'MessageUnpinned.v1', data: { sequence, unpinnedBy } });
  }

  rename(conversationId: string, title: string, renamedBy: string): this {
    return this.#in(conversationId, { type: 'ConversationRenamed.v1', data: { title, renamedBy } });
  }

  add(conversationId: string, userId: string, addedBy: string, role: MemberRole = 'member'): this {
    const afterSequence = this.lastSequence(conversationId);
    return this.#in(conversationId, { type: 'MemberAdded.v1', data: { userId, role, addedBy, afterSequence } });
  }

  leave(conversationId: string, userId: string): this {
    const afterSequence = this.lastSequence(conversationId);
    return this.#in(conversationId, { type: 'MemberLeft.v1', data: { userId, afterSequence } });
  }

  remove(conversationId: string, userId: string, removedBy: string): this {
    const afterSequence = this.lastSequence(conversationId);
    return this.#in(conversationId, { type: 'MemberRemoved.v1', data: { userId, removedBy, afterSequence } });
  }

  role(conversationId: string, userId: string, role: MemberRole, changedBy: string): this {
    return this.#in(conversationId, { type: 'MemberRoleChanged.v1', data: { userId, role, changedBy } });
  }

  read(conversationId: string, userId: string, read: number, deviceId = `dev_${userId}`): this {
    const advances = [{ userId, deviceId, delivered: read, read }];
    return this.write(receiptsStream(conversationId), { type: 'WatermarksAdvanced.v1', data: { advances } }, userId);
  }

  delivered(conversationId: string, userId: string, delivered: number, deviceId = `dev_${userId}`): this {
    const advances = [{ userId, deviceId, delivered }];
    return this.write(receiptsStream(conversationId), { type: 'WatermarksAdvanced.v1', data: { advances } }, userId);
  }

  user(userId: string, event: ParleyEvent): this {
    return this.write(userStream(userId), event, userId);
  }

  write(stream: string, event: ParleyEvent, actorId: string): this {
    const id = (++this.#ids).toString(16).padStart(12, '0');
    const scene = this.number.toString(16).padStart(8, '0');
    // The clocks of those who write differ: whoever orders by time shows another order.
    const late = this.#ids % 3 === 0 ? 5_000 : 0;
    const time = 1_750_000_000_000 + this.#ids * 1_000 - late;
    const input = { eventId: `${scene}-0000-8000-8000-${id}`, time };
    const encoded = encodeEvent(event, { ...input, metadata: { actorId } });
    this.#pending.push({ stream, event: encoded, meaning: event });
    this.written.push({ stream, event });
    return this;
  }

  /** An event as no build of today writes it. */
  raw(stream: string, type: string, data: string): this {
    this.write(stream, { type: 'DeviceRemoved.v1', data: { deviceId: 'dev_x' } }, 'system');
    const last = this.#pending.at(-1);
    if (last !== undefined) {
      this.#pending[this.#pending.length - 1] = { stream, event: { ...last.event, type, data }, meaning: null };
      this.written[this.written.length - 1] = { stream, event: null };
    }
    return this;
  }

  /** Appends what was written since, in order; answers the position of the last event. */
  async append(): Promise<number> {
    const pending = this.#pending;
    this.#pending = [];
    // Appends made in one tick keep their order.
    const results = await Promise.all(
      pending.map(({ stream, event }) => this.log.append({ stream, expected: 'any', events: [event] })),
    );
    for (const [index, result] of results.entries()) {
      if (result.outcome !== 'appended') throw new Error(`not appended: ${result.outcome}`);
      this.position = Math.max(this.position, result.position);
      const { stream = '', meaning = null } = pending[index] ?? {};
      this.told.push({ stream, event: meaning, position: result.position });
    }
    return this.position;
  }

  /** Answers whom it mentioned before and does not mention now, as events say it. */
  #mention(
    conversationId: string,
    sequence: number,
    mentions: readonly string[] = [],
  ): { readonly unmentioned?: readonly string[] } {
    const message = `${conversationId}/${sequence}`;
    const unmentioned = (this.#mentions.get(message) ?? []).filter((userId) => !mentions.includes(userId));
    this.#mentions.set(message, mentions);
    return unmentioned.length === 0 ? {} : { unmentioned };
  }

  #in(conversationId: string, event: ParleyEvent): this {
    return this.write(conversationStream(conversationId), event, 'usr_actor');
  }
}
