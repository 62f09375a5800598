import { sees, seesPosition, type SequenceWindow } from '@parley/events';
import { type ConversationDelivery, type DeliveryBatch, withPins } from '@parley/ports';
import type { Change, InboxEntry, MessageView } from '@parley/protocol';
import type { Oracle } from './oracle.js';

/** What a device holds of a conversation that it is in. */
interface Held {
  title: string | null;
  memberCount: number;
  pins: readonly number[];
  receipts: string;
  settings: string;
  read: number;
  unread: number;
  /** Unread mentions that were counted for this device, as of this last sequence: its own messages say the others. */
  mentions: { readonly counted: number; readonly lastSequence: number };
  /** Messages up to here are counted. */
  counted: number;
  readonly messages: Map<number, { readonly position: number; readonly message: MessageView }>;
  readonly notices: Set<number>;
  readonly members: Map<string, string>;
}

/** A device that keeps what changes tell it, in the plainest way: newest position of a thing wins. */
export class Device {
  readonly held = new Map<string, Held>();
  readonly problems: string[] = [];
  /** Messages and notices that ever came, of conversations that were left since, too. */
  readonly seen = new Set<string>();
  cursor = 0;
  #last = 0;

  constructor(
    readonly userId: string,
    /** Judges whether something may be seen at all. */
    private readonly oracle: () => Oracle,
  ) {}

  /** A page of changes, or pushed ones. */
  take(changes: readonly { readonly position: number; readonly json: string }[], upTo: number): void {
    for (const { position, json } of changes) {
      if (position < this.#last) this.problems.push(`position ${position} after ${this.#last}`);
      this.#last = Math.max(this.#last, position);
      this.#apply(JSON.parse(json) as Change, position);
    }
    this.cursor = Math.max(this.cursor, upTo);
  }

  /** Comparable with another device's. */
  state(): unknown {
    return [...this.held]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, held]) => ({
        id,
        ...held,
        counted: undefined,
        mentions: mentionsOf(held, this.userId),
        messages: [...held.messages].toSorted(([a], [b]) => a - b).map(([, { message }]) => message),
        notices: [...held.notices].toSorted((a, b) => a - b),
        members: [...held.members].toSorted(([a], [b]) => (a < b ? -1 : 1)),
      }));
  }

  /** Unread messages of a conversation that mention this person. */
  mentions(id: string): number {
    const held = this.held.get(id);
    return held === undefined ? 0 : mentionsOf(held, this.userId);
  }

  #apply(change: Change, position: number): void {
    switch (change.kind) {
      case 'joined':
        this.#join(change.entry);
        break;
      case 'departed':
        this.held.delete(change.departed.conversationId);
        break;
      case 'message':
        this.#message(change.message, Number(change.position), position);
        break;
      case 'notice':
        this.#notice(change.notice.conversationId, Number(change.notice.position));
        break;
      case 'member':
        this.held.get(change.member.conversationId)?.members.set(change.member.userId, change.member.state);
        break;
      case 'conversation': {
        const { id, title, memberCount, pins } = change.conversation;
        const held = this.held.get(id);
        if (held !== undefined) Object.assign(held, { title, memberCount, pins });
        break;
      }
      case 'receipts': {
        const held = this.held.get(change.receipts.conversationId);
        if (held !== undefined) held.receipts = JSON.stringify(change.receipts);
        break;
      }
      case 'readState': {
        const held = this.held.get(change.readState.conversationId);
        if (held === undefined) break;
        const { read, unread, mentions, lastSequence } = change.readState;
        const beyond = [...held.messages.values()].filter(({ message }) => message.sequence > lastSequence);
        const others = beyond.filter(({ message }) => message.senderId !== this.userId && message.sequence > read);
        Object.assign(held, { read: Math.max(held.read, read), unread: unread + others.length });
        held.counted = Math.max(held.counted, lastSequence);
        held.mentions = { counted: mentions, lastSequence };
        break;
      }
      case 'settings': {
        const held = this.held.get(change.settings.conversationId);
        if (held !== undefined) held.settings = JSON.stringify(change.settings);
        break;
      }
      case 'person':
        break;
      default:
        throw new TypeError(`no rule for ${JSON.stringify(change satisfies never)}`);
    }
  }

  #join({ conversation, lastMessage, readState, settings, receipts, afterSequence }: InboxEntry): void {
    if (readState.lastSequence !== afterSequence || (lastMessage?.sequence ?? 0) > afterSequence) {
      this.problems.push(`${conversation.id}: an entry of joining is not as of joining`);
    }
    this.held.set(conversation.id, {
      title: conversation.title,
      memberCount: conversation.memberCount,
      pins: conversation.pins,
      receipts: JSON.stringify(receipts),
      settings: JSON.stringify(settings),
      read: readState.read,
      unread: readState.unread,
      mentions: { counted: readState.mentions, lastSequence: readState.lastSequence },
      counted: readState.lastSequence,
      messages: new Map(),
      notices: new Set(),
      members: new Map(),
    });
  }

  #message(message: MessageView, position: number, told: number): void {
    const { conversationId: id, sequence } = message;
    const windows = this.oracle().windows(id, this.userId);
    if (!seesPosition(windows, told)) this.problems.push(`${id}/${sequence} changed at ${told}, outside`);
    if (!sees(windows, sequence)) this.problems.push(`${id}/${sequence} at ${told} is not ${this.userId}'s to see`);
    this.#judgeText(message);
    this.seen.add(`${id} message ${sequence}`);
    const held = this.held.get(id);
    if (held === undefined) return;
    const before = held.messages.get(sequence);
    if (before === undefined || position >= before.position) held.messages.set(sequence, { position, message });
    if (sequence <= held.counted) return;
    held.counted = sequence;
    if (message.senderId === this.userId) Object.assign(held, { read: sequence, unread: 0 });
    else held.unread++;
  }

  /** It must say something that it said at a moment inside of this person's windows; a deletion may always be told. */
  #judgeText({ conversationId: id, sequence, content }: MessageView): void {
    if (content === undefined) return;
    const text = content.type === 'text.v1' ? content.text : '';
    const { history = [] } = this.oracle().get(id).messages[sequence - 1] ?? {};
    const windows = this.oracle().windows(id, this.userId);
    const said = history.some((version, index) => {
      const until = history[index + 1]?.position ?? Infinity;
      return (
        version.text === text &&
        windows.some((w) => version.position <= (w.untilPosition ?? Infinity) && until > w.afterPosition)
      );
    });
    if (!said) this.problems.push(`${id}/${sequence} says ${text}, which ${this.userId} never could see`);
  }

  #notice(id: string, position: number): void {
    const inside = this.oracle()
      .windows(id, this.userId)
      .some((w) => position >= w.afterPosition && position <= (w.untilPosition ?? Infinity));
    if (!inside) this.problems.push(`notice ${position} of ${id} is not ${this.userId}'s to see`);
    this.seen.add(`${id} notice ${position}`);
    this.held.get(id)?.notices.add(position);
  }
}

/** What one says oneself reads all before it. */
function mentionsOf({ mentions: { counted, lastSequence }, messages }: Held, userId: string): number {
  const all = [...messages.values()].map(({ message }) => message);
  const own = all.filter(({ senderId }) => senderId === userId).map(({ sequence }) => sequence);
  const readTo = Math.max(0, ...own);
  const later = all.filter(({ sequence }) => sequence > Math.max(lastSequence, readTo));
  const mentioning = later.filter(({ mentions = [] }) => mentions.includes(userId)).length;
  return mentioning + (readTo > lastSequence ? 0 : counted);
}

/** As a gateway passes deliveries on to one person's device: by audience, in order, reading again where there is a hole. */
export class PushedDevice {
  readonly device: Device;
  readonly #audience = new Map<string, readonly SequenceWindow[]>();
  #position: number;
  holes = 0;

  constructor(
    userId: string,
    oracle: () => Oracle,
    /** Begins here, in no conversation. */
    position: number,
    private readonly readAgain: (device: Device) => Promise<ReadonlyMap<string, readonly SequenceWindow[]>>,
  ) {
    this.device = new Device(userId, oracle);
    this.device.cursor = position;
    this.#position = position;
  }

  async take({ position, previous, deliveries }: DeliveryBatch): Promise<void> {
    if (position <= this.#position) return;
    if (previous !== this.#position) {
      this.holes++;
      this.#audience.clear();
      for (const [id, windows] of await this.readAgain(this.device)) this.#audience.set(id, windows);
      this.#position = Math.max(position, this.device.cursor);
      return;
    }
    this.#position = position;
    for (const delivery of deliveries) {
      const { change: json, position: at } = delivery;
      if (delivery.to === 'user') {
        if (delivery.userId !== this.device.userId) continue;
        const { membership } = delivery;
        if (membership?.member === true) this.#audience.set(membership.conversationId, membership.windows);
        this.device.take([{ position: at, json }], at);
        if (membership?.member === false) this.#audience.delete(membership.conversationId);
      } else if (delivery.except !== this.device.userId) this.#takeShown(delivery);
    }
    this.device.take([], position);
  }

  /** What this person's windows show of it. */
  #takeShown({ conversationId, position, change, shows, pins }: ConversationDelivery): void {
    const windows = this.#audience.get(conversationId);
    if (windows === undefined || (shows !== undefined && !sees(windows, shows))) return;
    const visible = pins?.filter((sequence) => sees(windows, sequence));
    const json = visible === undefined ? change : withPins(change, visible);
    this.device.take([{ position, json }], position);
  }
}
