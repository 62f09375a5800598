import type { Change, ClientFrameOf, ConversationView, InboxEntry, MessageView, ReadStateView } from '@parley/protocol';

interface Membership {
  afterSequence: number;
  untilSequence: number | null;
}

interface FakeConversation {
  view: ConversationView;
  readonly messages: MessageView[];
  /** Of the last change of each message, and of the message itself. */
  readonly positions: number[];
  readonly births: number[];
  readonly windows: Map<string, Membership[]>;
  readonly read: Map<string, number>;
}

const time = '2026-01-01T00:00:00.000Z';

/**
 * What a server keeps over its restarts: who said what in which order, and for each person the changes that are theirs
 * to see, each thing in its present state. In memory and simple, so that it can be taken for the truth.
 */
export class FakeLog {
  position = 0;
  readonly conversations = new Map<string, FakeConversation>();
  readonly #accepted = new Map<string, { readonly sequence: number; readonly frame: string }>();
  /** person -> thing -> its last change. */
  readonly #feeds = new Map<string, Map<string, Change>>();
  /** Every change as it happened, with those it goes to. */
  readonly journal: { readonly position: number; readonly userId: string; readonly change: Change }[] = [];

  start(id: string, members: readonly string[]): void {
    this.conversations.set(id, {
      view: {
        id,
        kind: 'group',
        title: id,
        description: null,
        memberCount: members.length,
        lastSequence: 0,
        pins: [],
        startedAt: time,
      },
      messages: [],
      positions: [],
      births: [],
      windows: new Map(),
      read: new Map(),
    });
    for (const userId of members) this.join(id, userId);
  }

  join(id: string, userId: string): void {
    const conversation = this.#get(id);
    if (this.isMember(id, userId)) return;
    const windows = conversation.windows.get(userId) ?? [];
    windows.push({ afterSequence: conversation.messages.length, untilSequence: null });
    conversation.windows.set(userId, windows);
    const position = ++this.position;
    // Told in any order, and to those who join as well.
    const member = { conversationId: id, userId, role: 'member', state: 'member', afterSequence: 0 } as const;
    this.#toMembers(id, `member ${id} ${userId}`, position, (at) => ({ kind: 'member', position: at, member }));
    this.#write(userId, `joined ${id}`, {
      kind: 'joined',
      position: String(position),
      entry: this.entry(id, userId),
    });
  }

  remove(id: string, userId: string): void {
    const conversation = this.#get(id);
    const window = conversation.windows.get(userId)?.at(-1);
    if (window === undefined || window.untilSequence !== null) return;
    window.untilSequence = conversation.messages.length;
    const departed = { conversationId: id, state: 'removed' as const };
    this.#write(userId, `departed ${id} ${this.position}`, {
      kind: 'departed',
      position: String(++this.position),
      departed,
    });
  }

  rename(id: string, title: string): void {
    const conversation = this.#get(id);
    conversation.view = { ...conversation.view, title };
    this.#toMembers(id, `conversation ${id}`, ++this.position, (position) => ({
      kind: 'conversation',
      position,
      conversation: conversation.view,
    }));
  }

  /** Null: the same id was used for other content. */
  send(userId: string, frame: ClientFrameOf<'send'>): { sequence: number; position: number; repeated?: true } | null {
    const conversation = this.#get(frame.conversationId);
    const { ref: _ref, ...said } = frame;
    const name = `${userId} ${frame.conversationId} ${frame.clientMessageId}`;
    const before = this.#accepted.get(name);
    if (before !== undefined) {
      if (before.frame !== JSON.stringify(said)) return null;
      const position = conversation.positions[before.sequence - 1] ?? 0;
      return { sequence: before.sequence, position, repeated: true };
    }
    const sequence = conversation.messages.length + 1;
    this.#accepted.set(name, { sequence, frame: JSON.stringify(said) });
    const position = ++this.position;
    conversation.messages.push({
      id: `msg_${name.replaceAll(' ', '_')}`,
      conversationId: frame.conversationId,
      sequence,
      senderId: userId,
      clientMessageId: frame.clientMessageId,
      time,
      content: frame.content,
      ...(frame.mentions === undefined ? {} : { mentions: frame.mentions }),
    });
    conversation.positions.push(position);
    conversation.births.push(position);
    conversation.view = { ...conversation.view, lastSequence: sequence };
    conversation.read.set(userId, sequence);
    this.#writeMessage(frame.conversationId, sequence, position);
    this.#writeReadState(frame.conversationId, userId);
    return { sequence, position };
  }

  change(id: string, sequence: number, into: (message: MessageView) => MessageView): void {
    const conversation = this.#get(id);
    const message = conversation.messages[sequence - 1];
    if (message === undefined) return;
    const changed = into(message);
    conversation.messages[sequence - 1] = changed;
    this.#writeMessage(id, sequence, ++this.position);
    for (const userId of new Set([...(message.mentions ?? []), ...(changed.mentions ?? [])]))
      if (this.isMember(id, userId)) this.#writeReadState(id, userId);
  }

  read(id: string, userId: string, upTo: number): void {
    const conversation = this.#get(id);
    if (upTo <= (conversation.read.get(userId) ?? 0)) return;
    conversation.read.set(userId, upTo);
    this.#writeReadState(id, userId);
  }

  /** The change by which the message came into the world, not one of it later. */
  isBirth({ conversationId, sequence }: MessageView, position: string): boolean {
    return String(this.#get(conversationId).births[sequence - 1]) === position;
  }

  isMember(id: string, userId: string): boolean {
    return this.conversations.get(id)?.windows.get(userId)?.at(-1)?.untilSequence === null;
  }

  sees(id: string, userId: string, sequence: number): boolean {
    const windows = this.conversations.get(id)?.windows.get(userId) ?? [];
    return windows.some((w) => sequence > w.afterSequence && sequence <= (w.untilSequence ?? Infinity));
  }

  /**
   * Each thing once in its present state, in the order of positions; a message that is new to the reader stands where
   * it was said, though its state may be of later.
   */
  changes(userId: string, after: number, upTo: number): { place: number; change: Change }[] {
    return [...(this.#feeds.get(userId)?.values() ?? [])]
      .map((change) => ({ place: this.#placeOf(change, after), change }))
      .filter(({ place }) => place > after && place <= upTo)
      .sort((a, b) => a.place - b.place);
  }

  #placeOf(change: Change, after: number): number {
    const position = Number(change.position);
    if (change.kind !== 'message') return position;
    const birth = this.#get(change.message.conversationId).births[change.message.sequence - 1] ?? 0;
    return birth > after ? birth : position;
  }

  /** Messages said up to a position, as they are now. */
  visible(id: string, userId: string, saidUpTo = Infinity): { message: MessageView; position: string }[] {
    const { messages, positions, births } = this.#get(id);
    return messages
      .map((message, index) => ({ message, position: String(positions[index]) }))
      .filter(({ message }) => this.sees(id, userId, message.sequence))
      .filter(({ message }) => (births[message.sequence - 1] ?? 0) <= saidUpTo);
  }

  readState(id: string, userId: string): ReadStateView {
    const conversation = this.#get(id);
    const read = conversation.read.get(userId) ?? 0;
    const unread = this.visible(id, userId).filter(({ message }) => message.sequence > read);
    const mentions = unread.filter(
      ({ message }) => message.senderId !== userId && message.mentions?.includes(userId) === true,
    );
    return {
      conversationId: id,
      read,
      unread: unread.length,
      mentions: mentions.length,
      lastSequence: conversation.messages.length,
    };
  }

  entry(id: string, userId: string): InboxEntry {
    const conversation = this.#get(id);
    return {
      conversation: conversation.view,
      role: 'member',
      afterSequence: conversation.windows.get(userId)?.at(-1)?.afterSequence ?? 0,
      lastMessage: this.visible(id, userId).at(-1)?.message ?? null,
      readState: this.readState(id, userId),
      settings: { conversationId: id, muted: false, mutedUntil: null, archived: false, markedUnread: false },
      receipts: { conversationId: id, memberCount: 0, delivered: [], read: [] },
    };
  }

  #writeMessage(id: string, sequence: number, position: number): void {
    const conversation = this.#get(id);
    conversation.positions[sequence - 1] = position;
    const message = conversation.messages[sequence - 1];
    if (message === undefined) return;
    for (const userId of conversation.windows.keys())
      if (this.isMember(id, userId) && this.sees(id, userId, sequence))
        this.#write(userId, `message ${id} ${sequence}`, { kind: 'message', position: String(position), message });
  }

  #writeReadState(id: string, userId: string): void {
    const position = String(++this.position);
    this.#write(userId, `read ${id}`, { kind: 'readState', position, readState: this.readState(id, userId) });
  }

  #toMembers(id: string, thing: string, position: number, make: (position: string) => Change): void {
    for (const userId of this.#get(id).windows.keys())
      if (this.isMember(id, userId)) this.#write(userId, thing, make(String(position)));
  }

  #write(userId: string, thing: string, change: Change): void {
    const feed = this.#feeds.get(userId) ?? new Map<string, Change>();
    feed.set(thing, change);
    this.#feeds.set(userId, feed);
    this.journal.push({ position: Number(change.position), userId, change });
  }

  #get(id: string): FakeConversation {
    const conversation = this.conversations.get(id);
    if (conversation === undefined) throw new Error(`no conversation ${id}`);
    return conversation;
  }
}
