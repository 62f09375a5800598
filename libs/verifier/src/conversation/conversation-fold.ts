import { closeWindow, type MembershipWindow, openWindow, type ParleyEvent } from '@parley/events';
import type { StreamEvent } from '../log/read-stream.js';
import { isChange, type TimedChange } from './message-fold.js';

/** How far a device or a person has come. */
export interface Marks {
  delivered: number;
  read: number;
}

type DataOf<Type extends ParleyEvent['type']> = Extract<ParleyEvent, { type: Type }>['data'];

const none: readonly MembershipWindow[] = [];

/**
 * A conversation as its two streams tell it, but for what the messages say: of a message only who sent it, whom it
 * mentions and what was done to it is kept, so a long conversation fits into memory.
 */
export class ConversationFold {
  kind = 'group';
  title: string | null = null;
  description: string | null = null;
  startedAt = '';
  peerIds: readonly string[] | undefined;
  lastSequence = 0;
  /** Sequences, in the order in which they were pinned. */
  pins: number[] = [];
  readonly roles = new Map<string, string>();
  readonly windows = new Map<string, readonly MembershipWindow[]>();
  /** Of each message that was changed, in order. */
  readonly changes = new Map<number, TimedChange[]>();
  /** Of messages that mention somebody now. */
  readonly mentions = new Map<number, readonly string[]>();
  /** The last message of each sender. */
  readonly lastSent = new Map<string, number>();
  /** By person, by device. */
  readonly devices = new Map<string, Map<string, Marks>>();
  /** One event for each name of a sender. */
  readonly repeated: string[] = [];
  /** Devices with an advance of a watermark that was none, or one beyond what was said. */
  readonly fallen: string[] = [];
  readonly #names = new Set<string>();
  readonly #deleted = new Set<number>();

  /** Of members when receipts were last aggregated: the last message each had sent. */
  readonly sentAtAdvance = new Map<string, number>();

  /** @param advancedAt position of the last advance of a watermark; 0: there is none */
  constructor(
    readonly id: string,
    private readonly advancedAt = 0,
  ) {}

  isMember(userId: string): boolean {
    return this.windowsOf(userId).at(-1)?.untilSequence === null;
  }

  windowsOf(userId: string): readonly MembershipWindow[] {
    return this.windows.get(userId) ?? none;
  }

  /** Everybody who is or was a member. */
  get people(): Iterable<string> {
    return this.windows.keys();
  }

  get memberCount(): number {
    let members = 0;
    for (const userId of this.windows.keys()) if (this.isMember(userId)) members++;
    return members;
  }

  apply({ event, recorded: { position, time } }: StreamEvent): void {
    if (isChange(event)) {
      const { sequence } = event.data;
      const changes = this.changes.get(sequence);
      if (changes === undefined) this.changes.set(sequence, [{ change: event, time }]);
      else changes.push({ change: event, time });
    }
    this.#apply(event, position, time);
    if (position <= this.advancedAt || event.type === 'ConversationStarted.v1') this.#noteForReceipts(event);
  }

  /** Names of messages are needed only to find one that comes twice. */
  forgetNames(): void {
    this.#names.clear();
  }

  /** Reactions are changes of messages only; invites and what concerns people leave no trace here. */
  #apply(event: ParleyEvent, position: number, time: number): void {
    const { type, data } = event;
    if (type === 'MessageSent.v1') this.#sent(data);
    else if (type === 'WatermarksAdvanced.v1') this.#advance(data.advances);
    else if (type === 'ConversationStarted.v1') this.#start(data, position, time);
    else if (type === 'ConversationRenamed.v1') this.title = data.title;
    else if (type === 'ConversationDescribed.v1') this.description = data.description;
    else if (type === 'MemberAdded.v1' || type === 'MemberJoined.v1') {
      this.#open(data.userId, data.role, data.afterSequence, position);
    } else if (type === 'MemberLeft.v1' || type === 'MemberRemoved.v1') {
      this.windows.set(data.userId, closeWindow(this.windowsOf(data.userId), data.afterSequence, position));
      this.roles.delete(data.userId);
    } else if (type === 'MemberRoleChanged.v1') this.roles.set(data.userId, data.role);
    else if (type === 'OwnershipTransferred.v1') this.roles.set(data.from, 'admin').set(data.to, 'owner');
    else if (type === 'MessageEdited.v1') {
      if (!this.#deleted.has(data.sequence)) this.#mention(data.sequence, data.mentions);
    } else if (type === 'MessageDeleted.v1') this.#delete(data.sequence);
    else if (type === 'MessagePinned.v1') {
      this.#unpin(data.sequence);
      this.pins.push(data.sequence);
    } else if (type === 'MessageUnpinned.v1') this.#unpin(data.sequence);
  }

  #noteForReceipts({ type, data }: ParleyEvent): void {
    if (type === 'MessageSent.v1') {
      if (this.sentAtAdvance.has(data.senderId)) this.sentAtAdvance.set(data.senderId, data.sequence);
    } else if (type === 'ConversationStarted.v1') {
      for (const { userId } of data.members) this.sentAtAdvance.set(userId, 0);
    } else if (type === 'MemberAdded.v1' || type === 'MemberJoined.v1') {
      this.sentAtAdvance.set(data.userId, this.lastSent.get(data.userId) ?? 0);
    } else if (type === 'MemberLeft.v1' || type === 'MemberRemoved.v1') this.sentAtAdvance.delete(data.userId);
  }

  #start(data: DataOf<'ConversationStarted.v1'>, position: number, time: number): void {
    this.kind = data.kind;
    this.title = data.title;
    this.description = data.description;
    this.startedAt = new Date(time).toISOString();
    if (data.kind === 'direct') this.peerIds = data.members.map(({ userId }) => userId);
    for (const { userId, role } of data.members) this.#open(userId, role, 0, position);
  }

  #advance(advances: DataOf<'WatermarksAdvanced.v1'>['advances']): void {
    for (const { userId, deviceId, delivered = 0, read = 0 } of advances) {
      const marks = this.#marksOf(userId, deviceId);
      const fell = (delivered > 0 && delivered < marks.delivered) || (read > 0 && read < marks.read);
      if (fell || Math.max(delivered, read) > this.lastSequence) this.fallen.push(`${userId} ${deviceId}`);
      marks.delivered = Math.max(marks.delivered, delivered, read);
      marks.read = Math.max(marks.read, read);
    }
  }

  #delete(sequence: number): void {
    this.#deleted.add(sequence);
    this.#mention(sequence, undefined);
    this.#unpin(sequence);
  }

  #open(userId: string, role: string, afterSequence: number, position: number): void {
    this.windows.set(userId, openWindow(this.windowsOf(userId), afterSequence, position));
    this.roles.set(userId, role);
  }

  #sent(data: DataOf<'MessageSent.v1'>): void {
    const { sequence, senderId, clientMessageId, mentions } = data;
    const name = `${senderId} ${clientMessageId}`;
    if (this.#names.has(name)) this.repeated.push(name);
    this.#names.add(name);
    this.lastSequence = sequence;
    this.lastSent.set(senderId, sequence);
    this.#mention(sequence, mentions);
  }

  #mention(sequence: number, mentions: readonly string[] | undefined): void {
    if (mentions === undefined || mentions.length === 0) this.mentions.delete(sequence);
    else this.mentions.set(sequence, mentions);
  }

  #unpin(sequence: number): void {
    this.pins = this.pins.filter((pin) => pin !== sequence);
  }

  #marksOf(userId: string, deviceId: string): Marks {
    const devices = this.devices.get(userId) ?? new Map<string, Marks>();
    this.devices.set(userId, devices);
    const marks = devices.get(deviceId) ?? { delivered: 0, read: 0 };
    devices.set(deviceId, marks);
    return marks;
  }
}
