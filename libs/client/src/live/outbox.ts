import type { ServerFrameOf } from '@parley/protocol';
import type { Environment, Timer } from '../environment.js';
import { ParleyClientError } from '../errors.js';
import { backoffMs } from './backoff.js';
import type { OutboxRow, OutboxStore } from './outbox-store.js';
import type { Accepted, Outgoing, OutgoingMessage } from './outgoing.js';
import type { Question, Requests } from './requests.js';

export interface OutboxOptions {
  /**
   * Messages of one conversation that may wait for their answer at once. With 1 their order is kept whatever happens;
   * with more, one that the server asks to repeat later is overtaken. Default 1.
   */
  readonly pipeline: number;
  /** Messages that may wait altogether. Default 1,000. */
  readonly maxPending: number;
}

export interface OutboxHooks {
  readonly isUp: () => boolean;
  onPending(message: OutgoingMessage): void;
  onSent(message: OutgoingMessage): void;
  onAccepted(message: OutgoingMessage, accepted: Accepted): void;
  onFailed(message: OutgoingMessage, error: ParleyClientError): void;
}

interface Entry {
  row: OutboxRow;
  inFlight: boolean;
  attempts: number;
  settle: { resolve: (accepted: Accepted) => void; reject: (error: ParleyClientError) => void }[];
}

/** The messages of one conversation, in the order of their writing. */
interface Lane {
  readonly entries: Entry[];
  /** In the environment's elapsed time: not before. */
  notBefore: number;
}

/** A refusal that says "our mistake" this often is believed. */
const maxInternalErrors = 8;

/**
 * Sends each message once, however often the connection is lost, in the order of writing per conversation. A message is
 * kept until it is accepted or refused for good; every attempt carries the same clientMessageId.
 */
export class Outbox {
  readonly #requests: Requests;
  readonly #environment: Environment;
  readonly #store: OutboxStore;
  readonly #options: OutboxOptions;
  readonly #hooks: OutboxHooks;
  readonly #lanes = new Map<string, Lane>();
  readonly #failed = new Map<string, OutboxRow>();
  #wake: { readonly timer: Timer; readonly at: number } | undefined;
  #size = 0;

  constructor(
    requests: Requests,
    environment: Environment,
    store: OutboxStore,
    options: OutboxOptions,
    hooks: OutboxHooks,
  ) {
    this.#requests = requests;
    this.#environment = environment;
    this.#store = store;
    this.#options = options;
    this.#hooks = hooks;
  }

  /** Takes up what an earlier run left behind. Before what was written since. */
  async load(): Promise<void> {
    const rows = await this.#store.load();
    for (const row of rows.toReversed()) {
      if (row.message.status === 'failed') this.#failed.set(keyOf(row.message), row);
      else this.#laneOf(row.message.conversationId).entries.unshift(entryOf(row));
    }
    this.#size += rows.length;
  }

  /** Messages not accepted yet, oldest first; of one conversation, or of all. */
  list(conversationId?: string): OutgoingMessage[] {
    const pending = [...this.#lanes.values()].flatMap((lane) => lane.entries.map(({ row }) => row));
    return [...this.#failed.values(), ...pending]
      .filter(({ message }) => conversationId === undefined || message.conversationId === conversationId)
      .sort((a, b) => a.order - b.order)
      .map(({ message }) => message);
  }

  /** Resolves once accepted; rejects once refused for good. The same message again joins the one that waits. */
  send(outgoing: Outgoing): Promise<Accepted> {
    return new Promise((resolve, reject) => {
      const lane = this.#laneOf(outgoing.conversationId);
      const waiting = lane.entries.find(({ row }) => row.message.clientMessageId === outgoing.clientMessageId);
      if (waiting !== undefined) {
        waiting.settle.push({ resolve, reject });
        return;
      }
      if (this.#size >= this.#options.maxPending) {
        reject(new ParleyClientError('outbox_full', `${this.#size} messages wait to be sent`, { retryable: true }));
        return;
      }
      this.dismiss(outgoing.conversationId, outgoing.clientMessageId);
      const entry = entryOf(this.#store.add(outgoing));
      entry.settle.push({ resolve, reject });
      this.#size++;
      lane.entries.push(entry);
      this.#hooks.onPending(entry.row.message);
      this.#pumpLane(lane);
    });
  }

  /** Tries a failed message once more; its id stays the same. Undefined: there is none. */
  retry(conversationId: string, clientMessageId: string): Promise<Accepted> | undefined {
    const row = this.#failed.get(keyOf({ conversationId, clientMessageId }));
    if (row === undefined) return undefined;
    const { status: _status, error: _error, queuedAt: _queuedAt, ...outgoing } = row.message;
    return this.send(outgoing);
  }

  /** Forgets a failed message. False: there is none. */
  dismiss(conversationId: string, clientMessageId: string): boolean {
    const key = keyOf({ conversationId, clientMessageId });
    const row = this.#failed.get(key);
    if (row === undefined) return false;
    this.#failed.delete(key);
    this.#size--;
    this.#store.remove(row);
    return true;
  }

  /** Sends what may be sent now. Say it when the connection is up. */
  pump(): void {
    for (const lane of this.#lanes.values()) this.#pumpLane(lane);
  }

  close(error: ParleyClientError): void {
    this.#wake?.timer.cancel();
    for (const lane of this.#lanes.values())
      for (const { settle } of lane.entries) for (const { reject } of settle.splice(0)) reject(error);
  }

  #laneOf(conversationId: string): Lane {
    let lane = this.#lanes.get(conversationId);
    if (lane === undefined) {
      lane = { entries: [], notBefore: 0 };
      this.#lanes.set(conversationId, lane);
    }
    return lane;
  }

  #pumpLane(lane: Lane): void {
    if (!this.#hooks.isUp() || lane.notBefore > this.#environment.elapsed()) return;
    for (const entry of lane.entries.slice(0, this.#options.pipeline)) {
      if (entry.inFlight) continue;
      entry.inFlight = true;
      entry.attempts++;
      this.#hooks.onSent(entry.row.message);
      this.#requests.once(questionOf(entry.row.message)).then(
        (answer) => this.#accepted(lane, entry, answer as ServerFrameOf<'accepted'>),
        (error: unknown) => this.#refused(lane, entry, error as ParleyClientError),
      );
    }
  }

  #accepted(lane: Lane, entry: Entry, frame: ServerFrameOf<'accepted'>): void {
    const { message } = entry.row;
    this.#take(lane, entry);
    this.#store.remove(entry.row);
    this.#size--;
    const { conversationId, messageId, sequence, time, position } = frame;
    const { clientMessageId } = message;
    const repeated = frame.repeated === true;
    const accepted: Accepted = { conversationId, clientMessageId, messageId, sequence, time, position, repeated };
    this.#hooks.onAccepted(message, accepted);
    for (const { resolve } of entry.settle) resolve(accepted);
    this.#pumpLane(lane);
  }

  #refused(lane: Lane, entry: Entry, error: ParleyClientError): void {
    entry.inFlight = false;
    const hopeless = error.code === 'internal' && entry.attempts >= maxInternalErrors;
    if (error.retryable && !hopeless) {
      // Without a connection there is nothing to wait for: the next welcome pumps.
      if (this.#hooks.isUp()) this.#delay(lane, entry, error);
      return;
    }
    if (error.code === 'closed') return;
    this.#take(lane, entry);
    const row = this.#store.fail(entry.row, { code: error.code, message: error.message });
    this.#failed.set(keyOf(row.message), row);
    this.#hooks.onFailed(row.message, error);
    for (const { reject } of entry.settle) reject(error);
    this.#pumpLane(lane);
  }

  #delay(lane: Lane, entry: Entry, error: ParleyClientError): void {
    const limits = { baseMs: 250, capMs: 30_000 };
    const wait = (error.retryAfterMs ?? 0) + backoffMs(entry.attempts, this.#environment.random(), limits);
    const until = this.#environment.elapsed() + wait;
    // A rate limit is one for the whole person.
    const lanes = error.code === 'rate_limited' ? this.#lanes.values() : [lane];
    for (const each of lanes) each.notBefore = Math.max(each.notBefore, until);
    this.#wakeAt(until);
  }

  /** One timer, for the earliest lane that waits. */
  #wakeAt(at: number): void {
    if (this.#wake !== undefined && this.#wake.at <= at) return;
    this.#wake?.timer.cancel();
    const timer = this.#environment.setTimer(
      () => {
        this.#wake = undefined;
        this.pump();
        const now = this.#environment.elapsed();
        const waits = [...this.#lanes.values()].map(({ notBefore }) => notBefore).filter((each) => each > now);
        if (waits.length > 0) this.#wakeAt(Math.min(...waits));
      },
      Math.max(at - this.#environment.elapsed(), 0),
    );
    this.#wake = { timer, at };
  }

  #take(lane: Lane, entry: Entry): void {
    lane.entries.splice(lane.entries.indexOf(entry), 1);
    if (lane.entries.length === 0) this.#lanes.delete(entry.row.message.conversationId);
  }
}

const entryOf = (row: OutboxRow): Entry => ({ row, inFlight: false, attempts: 0, settle: [] });
const keyOf = (message: { conversationId: string; clientMessageId: string }): string =>
  `${message.conversationId} ${message.clientMessageId}`;

function questionOf({ conversationId, clientMessageId, content, from, replyTo, mentions }: Outgoing): Question {
  const name = { conversationId, clientMessageId };
  if (from !== undefined) return { type: 'forward', ...name, from };
  return {
    type: 'send',
    ...name,
    content: content ?? { type: 'text.v1', text: '' },
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(mentions === undefined ? {} : { mentions: [...mentions] }),
  };
}
