import {
  closeWindow,
  isMember,
  type MemberRole,
  type MembershipWindow,
  openWindow,
  type ParleyEvent,
  readWatermarkOf,
  sees,
  unreadCount,
} from '@parley/events';
import type { StreamEvent } from './read-stream.js';

type DataOf<Type extends ParleyEvent['type']> = Extract<ParleyEvent, { readonly type: Type }>['data'];

/** A member as of the moment. */
interface MemberAsOf {
  readonly conversationId: string;
  readonly userId: string;
  readonly role: MemberRole;
  readonly state: 'member';
  /** Sequence of the last message before the present membership. */
  readonly afterSequence: number;
  readonly delivered: number;
  readonly read: number;
  readonly unread: number;
}

interface Marks {
  delivered: number;
  read: number;
}

/**
 * Everything about a conversation but what its messages say. It grows with members, pins and mentions of one person, not
 * with messages.
 */
export class ConversationState {
  kind: DataOf<'ConversationStarted.v1'>['kind'] = 'group';
  title: string | null = null;
  description: string | null = null;
  /** Milliseconds since 1970 UTC. */
  startedAt = 0;
  peerIds: readonly string[] | null = null;
  lastSequence = 0;
  /** Sequences, in the order in which they were pinned. */
  pins: readonly number[] = [];
  /** Of the last event taken in; 0: there was none. */
  position = 0;
  /** Of the last event taken in, in milliseconds since 1970 UTC. */
  time = 0;
  readonly #roles = new Map<string, MemberRole>();
  readonly #windows = new Map<string, readonly MembershipWindow[]>();
  readonly #marks = new Map<string, Marks>();
  readonly #sent = new Map<string, number>();
  /** Messages that mention the person whose state is asked for. */
  readonly #mentions = new Set<number>();
  readonly #deleted = new Set<number>();

  constructor(
    readonly id: string,
    private readonly mentionsOf: string | null = null,
  ) {}

  apply({ event, recorded: { position, time } }: StreamEvent): void {
    if (position > this.position) {
      this.position = position;
      this.time = time;
    }
    if (this.#applyMessage(event) || this.#applyMembership(event, position)) return;
    const { type, data } = event;
    if (type === 'ConversationStarted.v1') this.#start(data, position, time);
    else if (type === 'ConversationRenamed.v1') this.title = data.title;
    else if (type === 'ConversationDescribed.v1') this.description = data.description;
    else if (type === 'WatermarksAdvanced.v1') for (const advance of data.advances) this.#advance(advance);
  }

  /** The members, by user id. */
  members(): readonly MemberAsOf[] {
    return [...this.#roles]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([userId, role]) => ({
        conversationId: this.id,
        userId,
        role,
        state: 'member',
        afterSequence: this.windowsOf(userId).at(-1)?.afterSequence ?? 0,
        delivered: this.deliveredOf(userId),
        read: this.readOf(userId),
        unread: this.unreadOf(userId),
      }));
  }

  get memberCount(): number {
    return this.#roles.size;
  }

  /** null: no member. */
  roleOf(userId: string): MemberRole | null {
    return this.#roles.get(userId) ?? null;
  }

  windowsOf(userId: string): readonly MembershipWindow[] {
    return this.#windows.get(userId) ?? [];
  }

  /** Over all devices; who sends has read all before it. */
  readOf(userId: string): number {
    const watermark = readWatermarkOf([this.#marks.get(userId)?.read ?? 0], this.#sent.get(userId) ?? 0);
    return Math.min(watermark, this.lastSequence);
  }

  deliveredOf(userId: string): number {
    return Math.min(Math.max(this.readOf(userId), this.#marks.get(userId)?.delivered ?? 0), this.lastSequence);
  }

  unreadOf(userId: string): number {
    return unreadCount(this.windowsOf(userId), this.readOf(userId), this.lastSequence);
  }

  /** Unread messages that mention the person this state was made for. */
  unreadMentions(): number {
    if (this.mentionsOf === null) return 0;
    const read = this.readOf(this.mentionsOf);
    const windows = this.windowsOf(this.mentionsOf);
    return [...this.#mentions].filter((sequence) => sequence > read && sees(windows, sequence)).length;
  }

  #applyMessage({ type, data }: ParleyEvent): boolean {
    if (type === 'MessageSent.v1') {
      this.lastSequence = data.sequence;
      this.#sent.set(data.senderId, data.sequence);
      this.#mention(data.sequence, data.mentions);
    } else if (type === 'MessageEdited.v1') {
      if (!this.#deleted.has(data.sequence)) this.#mention(data.sequence, data.mentions);
    } else if (type === 'MessageDeleted.v1') {
      this.#deleted.add(data.sequence);
      this.#mention(data.sequence, undefined);
      this.#unpin(data.sequence);
    } else if (type === 'MessagePinned.v1') {
      this.#unpin(data.sequence);
      this.pins = [...this.pins, data.sequence];
    } else if (type === 'MessageUnpinned.v1') this.#unpin(data.sequence);
    else return false;
    return true;
  }

  #applyMembership({ type, data }: ParleyEvent, position: number): boolean {
    if (type === 'MemberAdded.v1' || type === 'MemberJoined.v1') {
      this.#open(data.userId, data.role, data.afterSequence, position);
    } else if (type === 'MemberLeft.v1' || type === 'MemberRemoved.v1') {
      this.#windows.set(data.userId, closeWindow(this.windowsOf(data.userId), data.afterSequence, position));
      this.#roles.delete(data.userId);
    } else if (type === 'MemberRoleChanged.v1') this.#roles.set(data.userId, data.role);
    else if (type === 'OwnershipTransferred.v1') this.#roles.set(data.from, 'admin').set(data.to, 'owner');
    else return false;
    return true;
  }

  #start(data: DataOf<'ConversationStarted.v1'>, position: number, time: number): void {
    this.kind = data.kind;
    this.title = data.title;
    this.description = data.description;
    this.startedAt = time;
    if (data.kind === 'direct') this.peerIds = data.members.map(({ userId }) => userId);
    for (const { userId, role } of data.members) this.#open(userId, role, 0, position);
  }

  #advance({ userId, delivered = 0, read = 0 }: DataOf<'WatermarksAdvanced.v1'>['advances'][number]): void {
    const marks = this.#marks.get(userId) ?? { delivered: 0, read: 0 };
    this.#marks.set(userId, marks);
    marks.delivered = Math.max(marks.delivered, delivered, read);
    marks.read = Math.max(marks.read, read);
  }

  #open(userId: string, role: MemberRole, afterSequence: number, position: number): void {
    const windows = this.windowsOf(userId);
    if (!isMember(windows)) this.#windows.set(userId, openWindow(windows, afterSequence, position));
    this.#roles.set(userId, role);
  }

  #mention(sequence: number, mentions: readonly string[] | undefined): void {
    if (this.mentionsOf !== null && mentions?.includes(this.mentionsOf) === true) this.#mentions.add(sequence);
    else this.#mentions.delete(sequence);
  }

  #unpin(sequence: number): void {
    if (this.pins.includes(sequence)) this.pins = this.pins.filter((pin) => pin !== sequence);
  }
}
