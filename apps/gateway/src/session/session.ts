import type { Duplex } from 'node:stream';
import type { Clock, ParleyError, Principal } from '@parley/platform';
import { type CloseReason, closeCodes } from '@parley/protocol';
import { WebSocket } from 'ws';
import type { TokenBucket } from '../limits/token-bucket.js';
import type { PresenceInterest } from '../presence/presence-interest.js';
import { type FlushQueue, Outbox, type OutboxOwner, type SharedFrame } from '../socket/outbox.js';
import type { Subscription, SyncTransport } from '../sync/subscription.js';
import { errorFrame } from './error-frame.js';

/** A socket that knows its session: listeners are shared by all sockets, so that an idle one stays small. */
export class SessionSocket extends WebSocket {
  session: Session | null = null;
}

/**
 * - `greeting`: waits for the hello frame.
 * - `verifying`: the token is being checked; frames are kept.
 * - `open`: logged in.
 * - `closing`: the close code is on its way; nothing is read or sent any more.
 */
export type SessionState = 'greeting' | 'verifying' | 'open' | 'closing';

export interface SessionOptions {
  readonly id: string;
  readonly address: string;
  readonly queue: FlushQueue;
  readonly maxBufferedBytes: number;
  readonly clock: Clock;
}

/** Commands in the works at which a socket is read no further, and at which it is read again. */
const inFlightHigh = 1_024;
const inFlightLow = 512;

/** One socket of one device, from the upgrade to its end. Kept small: what not every session needs is made when used. */
export class Session implements OutboxOwner, SyncTransport {
  readonly id: string;
  /** As counted; null when it was not. */
  address: string | null;
  readonly outbox: Outbox;
  state: SessionState = 'greeting';
  /** Set once logged in. */
  principal: Principal | null = null;
  subscription: Subscription | null = null;
  /** false: the socket is not sent its own messages again. */
  echo = true;
  /** Hello was said, or taken as said. */
  greeted = false;
  /** Since when it waits for hello, or is closing. ms. */
  since: number;
  /** When something was last heard of it. ms. */
  lastHeard: number;
  /** When presence was last told of it. ms. */
  lastAnnounced = 0;
  /** When the device registry was last told of it. ms. */
  lastClaimed: number;
  away = false;
  /** Frames that came while the token was being checked. */
  held: unknown[] | null = null;
  frameBudget: TokenBucket | null = null;
  faultBudget: TokenBucket | null = null;
  floodBudget: TokenBucket | null = null;
  typingBudget: TokenBucket | null = null;
  interest: PresenceInterest | null = null;
  /** Conversations in which it said it types. */
  typingIn: Set<string> | null = null;
  /** Reads (history, presence) go one after the other, so that their answers never pile up. */
  reads: Promise<void> | null = null;
  readsWaiting = 0;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  #inFlight = 0;
  #commands = 0;

  constructor(socket: WebSocket, stream: Duplex, { id, address, queue, maxBufferedBytes, clock }: SessionOptions) {
    this.#socket = socket;
    this.id = id;
    this.address = address;
    this.outbox = new Outbox(stream, queue, maxBufferedBytes, this);
    this.#clock = clock;
    this.since = clock.now();
    this.lastHeard = this.since;
    this.lastClaimed = this.since;
  }

  get open(): boolean {
    return this.outbox.open;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  send(frame: string | SharedFrame): void {
    this.outbox.push(frame);
  }

  flushed(): Promise<void> {
    return this.outbox.flushed();
  }

  /** Of the next command: unique, and telling the session. */
  nextCorrelationId(): string {
    return `${this.id}.${++this.#commands}`;
  }

  commandBegins(): void {
    if (++this.#inFlight === inFlightHigh) this.pause();
  }

  commandEnds(): void {
    if (--this.#inFlight === inFlightLow) this.resume();
  }

  /** Nothing more is read: the other side waits. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  slowReader(): void {
    this.end('slowReader');
  }

  giveUp(): void {
    this.end('resync');
  }

  /** Says why, then closes. What was sent before still leaves; nothing is taken after it. */
  end(reason: CloseReason, error?: ParleyError): void {
    if (this.state === 'closing') return;
    this.state = 'closing';
    this.since = this.#clock.now();
    if (error !== undefined) this.send(errorFrame(error));
    this.outbox.close();
    this.held = null;
    this.#socket.resume();
    this.#socket.close(closeCodes[reason].code, reason);
  }

  /** Without a word: the other side is gone or does not let itself be closed. */
  terminate(): void {
    this.#socket.terminate();
  }
}
