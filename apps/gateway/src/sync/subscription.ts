import type { Delivery } from '@parley/ports';
import { type ChangeSet, changesFrame } from '../push/change-set.js';
import { DeliveryBuffer } from '../push/delivery-buffer.js';
import type { LiveBatch, Person, Subscriber } from '../push/person.js';
import type { SharedFrame } from '../socket/outbox.js';

/** Where a subscription sends: the socket's outbox. */
export interface SyncTransport {
  /** false: nothing that is sent arrives any more. */
  readonly open: boolean;
  send(frame: string | SharedFrame): void;
  /** Resolves when what was sent has left, so that the next page may be made, or when the socket is gone. */
  flushed(): Promise<void>;
  /** The subscription cannot go on: the device shall connect again and resume. */
  giveUp(): void;
}

/** Runs a replay; see replay.ts. */
export type Replay = (subscription: Subscription, run: number, request: SyncRequest) => void;

export interface SyncRequest {
  readonly ref?: number | undefined;
  /** Position after which to begin; null: newest state first. */
  readonly from: number | null;
}

/** Own messages that a socket without echo has yet to pass over. The oldest is forgotten: it is echoed. */
const ownMessagesKept = 1_024;
const defaultBuffer = 2_048;

/**
 * One device's way through the changes: idle until it asks, replaying what it missed, then live without a seam. While
 * the last page of the replay is read, what arrives live is kept; the seam is where page and kept deliveries overlap.
 */
export class Subscription implements Subscriber {
  /** Set right after it was made, by the hub. */
  person!: Person;
  #state: 'idle' | 'replaying' | 'live' | 'closed' = 'idle';
  /** The replay that counts; an older one stops at its next step. */
  #run = 0;
  /** Live: what lies at or below it was sent by the replay. */
  #pushed = 0;
  #buffer: DeliveryBuffer | null = null;
  #changes: ChangeSet | null = null;
  /** By conversation and sequence: the position in `accepted` may be that of a later message of somebody else. */
  #ownMessages: Set<string> | null = null;

  constructor(
    readonly transport: SyncTransport,
    private readonly replay: Replay,
    /** Deliveries kept while a page is read. */
    private readonly bufferLimit = defaultBuffer,
  ) {}

  get state(): 'idle' | 'replaying' | 'live' | 'closed' {
    return this.#state;
  }

  /** Begins anew, whatever it was doing. */
  start(request: SyncRequest): void {
    if (this.#state === 'closed') return;
    this.#state = 'replaying';
    this.#buffer = null;
    this.replay(this, ++this.#run, request);
  }

  close(): void {
    this.#state = 'closed';
    this.#buffer = null;
    this.#ownMessages = null;
  }

  /** The device knows this message of its own from `accepted`: it is not sent again. */
  leaveOut(conversationId: string, sequence: number): void {
    const own = (this.#ownMessages ??= new Set());
    own.add(messageKey(conversationId, sequence));
    if (own.size > ownMessagesKept) for (const oldest of own) return void own.delete(oldest);
  }

  isRunning(run: number): boolean {
    return this.#state === 'replaying' && this.#run === run && this.transport.open;
  }

  /** Keeps what arrives from now on; what was kept before is forgotten. */
  openBuffer(): DeliveryBuffer {
    return (this.#buffer = new DeliveryBuffer(this.bufferLimit));
  }

  dropBuffer(): void {
    this.#buffer = null;
  }

  /** The replay has sent everything up to `replayed`; the buffer holds everything after it up to the batch of `cursor`. */
  goLive(replayed: number, buffer: DeliveryBuffer, cursor: string): void {
    this.#state = 'live';
    this.#pushed = replayed;
    this.#buffer = null;
    const changes = buffer.deliveries.filter((delivery) => this.#isNew(delivery)).map((delivery) => delivery.change);
    if (changes.length > 0) this.transport.send(changesFrame(changes, cursor, true));
  }

  deliver(delivery: Delivery, batch: LiveBatch): void {
    if (this.#state === 'live') {
      if (!this.#isNew(delivery)) return;
      if (this.#changes === null) {
        this.#changes = batch.empty;
        batch.touched.push(this);
      }
      this.#changes = this.#changes.with(delivery.change);
    } else this.#buffer?.push(delivery);
  }

  endBatch(cursor: string): void {
    const changes = this.#changes;
    this.#changes = null;
    if (changes !== null) this.transport.send(changes.frame(cursor));
  }

  lost(position: number): void {
    this.#changes = null;
    if (this.#state === 'live') this.start({ from: Math.max(position, this.#pushed) });
    else this.#buffer?.overflow();
  }

  hint(frame: SharedFrame): void {
    if (this.#state === 'live') this.transport.send(frame);
  }

  #isNew(delivery: Delivery): boolean {
    if (delivery.position <= this.#pushed) return false;
    if (this.#ownMessages === null || delivery.to !== 'conversation' || delivery.sequence === undefined) return true;
    return !this.#ownMessages.delete(messageKey(delivery.conversationId, delivery.sequence));
  }
}

const messageKey = (conversationId: string, sequence: number): string => `${conversationId} ${sequence}`;
