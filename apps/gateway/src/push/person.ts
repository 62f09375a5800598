import type { SequenceWindow } from '@parley/events';
import type { Delivery, MembershipMove } from '@parley/ports';
import type { SharedFrame } from '../socket/outbox.js';
import type { ChangeSet } from './change-set.js';

/** A device's end of the live push, while its socket is open. */
export interface Subscriber {
  /** A change that this person may see, in order. `empty`: where the changes of the present batch begin. */
  deliver(delivery: Delivery, batch: LiveBatch): void;
  /** The batch is through: what was delivered of it can leave. */
  endBatch(cursor: string): void;
  /** Something after `position` may have been missed. */
  lost(position: number): void;
  /** Something that is no change and may be missed, such as typing: only for those who are live. */
  hint(frame: SharedFrame): void;
}

/** The batch that is being distributed. */
export interface LiveBatch {
  readonly empty: ChangeSet;
  /** Who was given something, to be told of its end. */
  readonly touched: Subscriber[];
}

interface Move {
  readonly position: number;
  readonly change: MembershipMove;
}

/** Of the conversations that somebody is in: what they may see there. */
type Conversations = ReadonlyMap<string, readonly SequenceWindow[]>;

/**
 * A person with at least one open socket: the conversations they are in and their windows there, known as of one position
 * and kept true by the membership changes after it. Each coming brings all windows: those of earlier stays are not kept
 * for people who are gone.
 */
export class Person {
  readonly subscribers: Subscriber[] = [];
  /** Only to be believed when `ready`. */
  conversations: Conversations = noConversations;
  /** What lies at or below it is in `conversations` already. */
  asOf = 0;
  ready = false;
  /** Membership changes that came while the conversations were being read. */
  #moves: Move[] = [];
  #waiting: PromiseWithResolvers<void> | null = null;
  /** Of the reading that counts; an older one is dropped. */
  #reading = 0;

  constructor(readonly userId: string) {}

  /** Resolves once the conversations are known. */
  whenReady(): Promise<void> {
    if (this.ready) return Promise.resolve();
    return (this.#waiting ??= Promise.withResolvers()).promise;
  }

  /** What was known is void; the ticket names the reading that begins. */
  beginReading(): number {
    this.ready = false;
    this.conversations = noConversations;
    this.#moves = [];
    return ++this.#reading;
  }

  isReading(ticket: number): boolean {
    return !this.ready && ticket === this.#reading;
  }

  /** Joins what was read with what has changed since. */
  finishReading(position: number, windows: Conversations): void {
    const conversations = new Map(windows);
    for (const move of this.#moves) if (move.position > position) apply(conversations, move.change);
    this.conversations = conversations;
    this.asOf = position;
    this.#moves = [];
    this.ready = true;
    this.#waiting?.resolve();
    this.#waiting = null;
  }

  /** A membership change at its place in the order. false: it was known, or is kept until the reading ends. */
  move(move: Move): boolean {
    if (!this.ready) {
      this.#moves.push(move);
      return false;
    }
    if (move.position <= this.asOf) return false;
    apply(this.conversations as Map<string, readonly SequenceWindow[]>, move.change);
    return true;
  }

  /** Nobody is there any more: those who wait are let go. */
  end(): void {
    this.#reading++;
    this.#waiting?.resolve();
    this.#waiting = null;
  }
}

const noConversations: Conversations = new Map();

function apply(conversations: Map<string, readonly SequenceWindow[]>, change: MembershipMove): void {
  if (change.member) conversations.set(change.conversationId, change.windows);
  else conversations.delete(change.conversationId);
}
