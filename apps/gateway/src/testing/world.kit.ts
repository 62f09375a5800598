import { closeWindow, type MembershipWindow, openWindow, sees, sequenceWindowsOf } from '@parley/events';
import type {
  ChangesPage,
  ConversationDelivery,
  Delivery,
  DeliveryBatch,
  DeliverySubscriber,
  InboxPage,
  MembershipMove,
  MembershipReader,
  ProjectedPositions,
  ReadModels,
} from '@parley/ports';

type WorldEvent =
  | { readonly type: 'message'; readonly conversationId: string }
  | { readonly type: 'reaction'; readonly conversationId: string; readonly sequence: number }
  | { readonly type: 'view'; readonly conversationId: string; readonly pins: readonly number[] }
  | { readonly type: 'join' | 'leave'; readonly conversationId: string; readonly userId: string };

interface Placed {
  readonly position: number;
  readonly event: WorldEvent;
}

/** A change of this world as a device reads it; `at` tells it from every other. */
export interface SeenChange {
  readonly kind: string;
  readonly at: string;
  readonly position: string;
  readonly conversationId: string;
  /** Of a conversation view. */
  readonly conversation?: { readonly pins: readonly number[] };
}

/** Holds a read back until the test lets it look, and its answer until the test lets it arrive. */
export interface Gate {
  pass(): Promise<void>;
}
const openGate: Gate = { pass: () => Promise.resolve() };

/**
 * A small model of everything behind the gateway: conversations, a log, read models as of a projected position, and
 * deliveries. A message's sequence is its position.
 */
export class World implements DeliverySubscriber {
  gate: Gate = openGate;
  /** Makes messages large. */
  filler = '';
  readonly #log: Placed[] = [];
  readonly #listeners = new Set<(batch: DeliveryBatch) => void>();
  readonly #waiting: { readonly position: number; readonly resolve: (reached: boolean) => void }[] = [];
  /** Reads go to a replica, which follows only when told to. */
  lagging = false;
  #projected = 0;
  #readable = 0;
  #published = 0;

  /** @param apart how much positions rise: nobody may count on last + 1, and nobody may pass it */
  constructor(private readonly apart = 10) {}

  get lastPosition(): number {
    return this.#log.at(-1)?.position ?? 0;
  }

  get projected(): number {
    return this.#projected;
  }

  append(event: WorldEvent): number {
    const position = this.lastPosition + this.apart;
    this.#log.push({ position, event });
    return position;
  }

  /** The read models take in everything that is stored. */
  project(): void {
    this.#projected = this.lastPosition;
    if (!this.lagging) this.follow();
  }

  /** Everything projected can be read. */
  follow(): void {
    this.#readable = this.#projected;
    for (const { position, resolve } of this.#waiting.splice(0)) {
      if (position <= this.#readable) resolve(true);
      else this.#waiting.push({ position, resolve });
    }
  }

  /** Tells the gateways of everything projected since; `lost`: it does not arrive. */
  publish({ lost = false } = {}): void {
    const previous = this.#published;
    const position = this.#projected;
    if (position === previous) return;
    const deliveries = this.#log
      .filter((placed) => placed.position > previous && placed.position <= position)
      .flatMap((placed) => this.#deliveriesOf(placed, this.filler));
    this.#published = position;
    if (!lost) for (const listener of this.#listeners) listener({ previous, position, deliveries });
  }

  subscribe(listener: (batch: DeliveryBatch) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells the gateways of one thing that is in no log. */
  tell(delivery: Omit<ConversationDelivery, 'position'>): void {
    const previous = this.#published;
    const position = this.append({ type: 'message', conversationId: 'cnv_elsewhere' });
    this.project();
    this.#published = position;
    for (const listener of this.#listeners) listener({ previous, position, deliveries: [{ ...delivery, position }] });
  }

  isMember(userId: string, conversationId: string, position = this.lastPosition): boolean {
    let member = false;
    for (const placed of this.#log) {
      if (placed.position > position) break;
      const { event } = placed;
      if (event.conversationId === conversationId && 'userId' in event && event.userId === userId) {
        member = event.type === 'join';
      }
    }
    return member;
  }

  /** As of now: readers may be ahead of the position that they say. */
  windows(userId: string, conversationId: string): readonly MembershipWindow[] {
    let windows: readonly MembershipWindow[] = [];
    let last = 0;
    for (const { position, event } of this.#log) {
      if (event.conversationId !== conversationId) continue;
      if (event.type === 'message') last = position;
      else if (!('userId' in event) || event.userId !== userId) continue;
      else windows = event.type === 'join' ? openWindow(windows, last, position) : closeWindow(windows, last, position);
    }
    return windows;
  }

  /** Sequences of all that was said. */
  said(conversationId: string): readonly number[] {
    return this.#log
      .filter(({ event }) => event.type === 'message' && event.conversationId === conversationId)
      .map(({ position }) => position);
  }

  conversationsOf(userId: string, position: number): string[] {
    const all = new Set(this.#log.map(({ event }) => event.conversationId));
    return [...all].filter((conversationId) => this.isMember(userId, conversationId, position));
  }

  /** Everything this person may see after a position, in order: what a device must be told, each thing once. */
  visibleTo(userId: string, after: number, upTo = this.lastPosition): readonly { position: number; json: string }[] {
    return this.#log
      .filter(({ position }) => position > after && position <= upTo)
      .flatMap((placed) => {
        const { conversationId } = placed.event;
        // Both ends of a membership are inside: one sees oneself come, and go.
        const inside =
          this.isMember(userId, conversationId, placed.position) ||
          this.isMember(userId, conversationId, placed.position - 1);
        const windows = this.windows(userId, conversationId);
        return this.#deliveriesOf(this.#asSeen(placed, windows))
          .filter((delivery) => (delivery.to === 'user' ? delivery.userId === userId : inside))
          .filter((delivery) => delivery.to === 'user' || delivery.shows === undefined || sees(windows, delivery.shows))
          .map(({ position, change }) => ({ position, json: change }));
      });
  }

  #asSeen({ position, event }: Placed, windows: readonly MembershipWindow[]): Placed {
    if (event.type !== 'view') return { position, event };
    return { position, event: { ...event, pins: event.pins.filter((sequence) => sees(windows, sequence)) } };
  }

  readonly positions: ProjectedPositions = {
    safePosition: () => this.#readable,
    waitFor: (position, timeoutMs) =>
      new Promise((resolve) => {
        if (position <= this.#readable) return resolve(true);
        this.#waiting.push({ position, resolve });
        setTimeout(() => resolve(false), timeoutMs);
      }),
  };

  /** The readers that sync needs. The others are not there. */
  get models(): ReadModels {
    return { positions: this.positions, membership: this.#membership, inbox: this.#inbox } as unknown as ReadModels;
  }

  async #read<T>(look: () => T): Promise<T> {
    await this.gate.pass();
    const seen = look();
    await this.gate.pass();
    return seen;
  }

  readonly #membership: Pick<MembershipReader, 'windowsOf' | 'shareConversation'> = {
    windowsOf: (userId) =>
      this.#read(() => ({
        position: this.#readable,
        windows: new Map(
          this.conversationsOf(userId, this.#readable).map((id) => [id, sequenceWindowsOf(this.windows(userId, id))]),
        ),
      })),
    shareConversation: async (userId, otherId) =>
      this.conversationsOf(userId, this.#readable).some((id) => this.isMember(otherId, id, this.#readable)),
  };

  readonly #inbox = {
    changes: (userId: string, after: number, limit: number): Promise<ChangesPage> =>
      this.#read(() => {
        const all = this.visibleTo(userId, after, this.#readable);
        // A page ends between positions.
        const end = all.findIndex(({ position }, index) => index >= limit && position !== all[index - 1]?.position);
        const changes = end < 0 ? all : all.slice(0, end);
        const hasMore = changes.length < all.length;
        return { changes, hasMore, upTo: hasMore ? (changes.at(-1)?.position ?? after) : this.#readable };
      }),
    entries: (query: {
      userId: string;
      before?: { readonly activity: number; readonly conversationId: string };
      limit: number;
    }): Promise<InboxPage> =>
      this.#read(() => {
        const { before } = query;
        const all = this.#entriesOf(query.userId).filter(({ activity }) => activity < (before?.activity ?? Infinity));
        const entries = all.slice(0, query.limit);
        return { position: this.#readable, entries, hasMore: entries.length < all.length };
      }),
    entry: (userId: string, conversationId: string): Promise<string | null> =>
      this.#read(() => this.#entriesOf(userId).find((entry) => entry.conversationId === conversationId)?.json ?? null),
  };

  #entriesOf(userId: string): { json: string; activity: number; conversationId: string }[] {
    return this.conversationsOf(userId, this.#readable)
      .map((conversationId) => {
        const own = this.#log.filter(
          ({ event, position }) => event.conversationId === conversationId && position <= this.#readable,
        );
        const activity = own.at(-1)?.position ?? 0;
        return { json: JSON.stringify({ conversationId, activity }), activity, conversationId };
      })
      .sort((a, b) => b.activity - a.activity);
  }

  #deliveriesOf({ position, event }: Placed, filler = ''): Delivery[] {
    const { conversationId } = event;
    const change = (kind: string, rest: object = {}): string =>
      JSON.stringify({ kind, position: String(position), at: `${kind} ${position}`, conversationId, filler, ...rest });
    const toAll = { to: 'conversation', conversationId, position } as const;
    if (event.type === 'message') return [{ ...toAll, sequence: position, change: change('message') }];
    if (event.type === 'reaction') return [{ ...toAll, shows: event.sequence, change: change('reaction') }];
    if (event.type === 'view') {
      const { pins } = event;
      return [{ ...toAll, pins, change: change('conversation', { conversation: { id: conversationId, pins } }) }];
    }
    const notice: Delivery = { ...toAll, change: change('notice') };
    const { userId } = event;
    const own = (kind: string, membership: MembershipMove): Delivery => {
      return { to: 'user', userId, position, change: change(kind), membership };
    };
    if (event.type === 'leave') return [notice, own('departed', { conversationId, member: false })];
    const windows = sequenceWindowsOf(this.windows(userId, conversationId));
    return [own('joined', { conversationId, member: true, windows }), notice];
  }
}
