import type { CursorCodec, Logger } from '@parley/platform';
import { Gate } from '@parley/platform/bounded';
import { tracer } from '@parley/platform/tracing';
import type {
  ConversationDelivery,
  Delivery,
  DeliveryBatch,
  DeliverySubscriber,
  MembershipMove,
  ReadModels,
} from '@parley/ports';
import { Audiences } from './audiences.js';
import { ChangeSet } from './change-set.js';
import { type LiveBatch, Person, type Subscriber } from './person.js';
import { Showing } from './showing.js';
import { tracePush } from './trace-push.js';

export interface HubObserver {
  /** This person is no longer in one of their conversations. */
  onDeparture(userId: string): void;
  /** Something was lost: nothing known of memberships holds. */
  onLoss(): void;
  onBatch(batch: DeliveryBatch, receivedAt: number): void;
}

export interface HubDependencies {
  readonly delivery: DeliverySubscriber;
  readonly models: Pick<ReadModels, 'membership' | 'positions'>;
  readonly cursors: Pick<CursorCodec, 'encodePosition'>;
  readonly logger: Logger;
}

/** How many people's conversations are read at once. */
const readingsAtOnce = 32;
/** How long to wait for the reads to catch up, or after a failed read, before the next try. */
const retryMs = 500;

/**
 * Takes the deliveries once for this process and hands each to the devices whose people may see it, in order. Knows who
 * is in which conversation at every place in that order: nothing after a removal reaches the removed. When a batch is
 * missing, everybody reads again from where they were: the deliveries are a hint, the inbox is the truth.
 */
export class Hub {
  readonly #people = new Map<string, Person>();
  readonly #audiences = new Audiences();
  readonly #readings = new Gate(readingsAtOnce);
  readonly #observers: HubObserver[] = [];
  readonly #unsubscribe: () => void;
  #position: number;

  constructor(private readonly deps: HubDependencies) {
    // A device only goes live after it has read at least this far, so it may be anything up to what is readable.
    this.#position = deps.models.positions.safePosition();
    this.#unsubscribe = deps.delivery.subscribe((batch) => this.#onBatch(batch));
  }

  /** Everything up to here was handed on. */
  get position(): number {
    return this.#position;
  }

  observe(observer: HubObserver): void {
    this.#observers.push(observer);
  }

  person(userId: string): Person | undefined {
    return this.#people.get(userId);
  }

  /** Connected people who are in the conversation now. */
  audience(conversationId: string): Iterable<Person> {
    return this.#audiences.of(conversationId);
  }

  attach(userId: string, subscriber: Subscriber): Person {
    let person = this.#people.get(userId);
    if (person === undefined) {
      person = new Person(userId);
      this.#people.set(userId, person);
      void this.#readConversations(person);
    }
    person.subscribers.push(subscriber);
    return person;
  }

  detach(person: Person, subscriber: Subscriber): void {
    const index = person.subscribers.indexOf(subscriber);
    if (index >= 0) person.subscribers.splice(index, 1);
    if (person.subscribers.length > 0 || this.#people.get(person.userId) !== person) return;
    this.#people.delete(person.userId);
    for (const conversationId of person.conversations.keys()) this.#audiences.leave(conversationId, person);
    person.end();
  }

  close(): void {
    this.#unsubscribe();
  }

  /** What fails in a way nobody foresaw counts as lost: everybody reads it again. */
  #onBatch(batch: DeliveryBatch): void {
    const before = this.#position;
    if (batch.position <= before) return;
    try {
      this.#distribute(batch);
    } catch (error) {
      this.deps.logger.error({ err: error, position: batch.position }, 'a batch of deliveries failed');
      this.#position = before;
      this.#onLoss(batch.position);
    }
  }

  #distribute(batch: DeliveryBatch): void {
    const receivedAt = performance.now();
    const pushed = tracer === null ? null : tracePush(tracer, batch, (delivery) => this.#receivers(delivery));
    if (batch.previous > this.#position) this.#onLoss(batch.previous);
    const live: LiveBatch = { empty: ChangeSet.empty(), touched: [] };
    for (const delivery of batch.deliveries) if (delivery.position > this.#position) this.#route(delivery, live);
    this.#position = batch.position;
    if (live.touched.length > 0) {
      const cursor = this.deps.cursors.encodePosition(batch.position);
      for (const subscriber of live.touched) subscriber.endBatch(cursor);
    }
    pushed?.();
    for (const observer of this.#observers) observer.onBatch(batch, receivedAt);
  }

  #route(delivery: Delivery, live: LiveBatch): void {
    if (delivery.to === 'conversation') {
      const audience = this.#audiences.of(delivery.conversationId);
      if (Showing.isForAll(delivery)) for (const person of audience) deliver(person, delivery, live);
      else show(delivery, audience, live);
      return;
    }
    const person = this.#people.get(delivery.userId);
    const { membership } = delivery;
    if (person !== undefined && membership?.member === true) this.#move(person, delivery.position, membership);
    if (person !== undefined) deliver(person, delivery, live);
    if (membership?.member === false) {
      if (person !== undefined) this.#move(person, delivery.position, membership);
      for (const observer of this.#observers) observer.onDeparture(delivery.userId);
    }
  }

  /** People at this gateway whom it reaches, but for who said it. */
  #receivers(delivery: Delivery): number {
    if (delivery.to === 'user') return this.#people.has(delivery.userId) ? 1 : 0;
    let receivers = 0;
    const showing = new Showing(delivery);
    for (const person of this.#audiences.of(delivery.conversationId)) {
      if (person.userId !== delivery.senderId && showing.reaches(person)) receivers++;
    }
    return receivers;
  }

  #move(person: Person, position: number, change: MembershipMove): void {
    if (!person.move({ position, change })) return;
    if (change.member) this.#audiences.join(change.conversationId, person);
    else this.#audiences.leave(change.conversationId, person);
  }

  #onLoss(position: number): void {
    const before = this.#position;
    this.deps.logger.warn({ from: before, to: position }, 'deliveries were lost: reading again');
    this.#position = position;
    this.#audiences.clear();
    for (const person of this.#people.values()) {
      void this.#readConversations(person);
      for (const subscriber of person.subscribers) subscriber.lost(before);
    }
    for (const observer of this.#observers) observer.onLoss();
  }

  /** Until it is done this person is in no audience, and their devices wait with their replay. */
  async #readConversations(person: Person): Promise<void> {
    const ticket = person.beginReading();
    const wanted = (): boolean => person.isReading(ticket) && this.#people.get(person.userId) === person;
    await this.#readings.run(async () => {
      while (wanted()) {
        const floor = this.#position;
        const read = await this.deps.models.membership.windowsOf(person.userId).catch((error: unknown) => {
          this.deps.logger.warn({ err: error }, 'the conversations of a person cannot be read; trying again');
          return null;
        });
        if (!wanted()) return;
        if (read === null) await new Promise((resolve) => setTimeout(resolve, retryMs));
        // Changes of membership up to `floor` were handed on before this reading and are in nobody's memory.
        else if (read.position < floor) await this.deps.models.positions.waitFor(floor, retryMs);
        else {
          person.finishReading(read.position, read.windows);
          for (const conversationId of person.conversations.keys()) this.#audiences.join(conversationId, person);
          return;
        }
      }
    });
  }
}

/** To each what they may see of it. */
function show(delivery: ConversationDelivery, audience: Iterable<Person>, live: LiveBatch): void {
  const showing = new Showing(delivery);
  for (const person of audience) {
    const shown = showing.to(person);
    if (shown !== null) deliver(person, shown, live);
  }
}

function deliver(person: Person, delivery: Delivery, live: LiveBatch): void {
  for (const subscriber of person.subscribers) subscriber.deliver(delivery, live);
}
