import type { Environment, Timer } from '../environment.js';
import type { ParleyClientError } from '../errors.js';
import type { Requests } from './requests.js';

export type WatermarkKind = 'delivered' | 'read';

interface Mark {
  readonly kind: WatermarkKind;
  readonly conversationId: string;
  /** Wanted: everything up to here. */
  upTo: number;
  /** The server has said yes up to here. */
  done: number;
  inFlight: boolean;
}

/**
 * Tells the server how far this device has received and its person has read. Watermarks only rise, so many are told as
 * one: at most one per conversation and kind in `everyMs`. One that was lost with its connection is told again.
 */
export class Watermarks {
  readonly #requests: Requests;
  readonly #environment: Environment;
  readonly #everyMs: Record<WatermarkKind, number>;
  readonly #isUp: () => boolean;
  readonly #marks = new Map<string, Mark>();
  readonly #due = new Set<Mark>();
  readonly #timers: Partial<Record<WatermarkKind, Timer>> = {};

  constructor(
    requests: Requests,
    environment: Environment,
    everyMs: Record<WatermarkKind, number>,
    isUp: () => boolean,
  ) {
    this.#requests = requests;
    this.#environment = environment;
    this.#everyMs = everyMs;
    this.#isUp = isUp;
  }

  raise(kind: WatermarkKind, conversationId: string, upTo: number): void {
    const key = `${kind} ${conversationId}`;
    let mark = this.#marks.get(key);
    if (mark === undefined) {
      mark = { kind, conversationId, upTo: 0, done: 0, inFlight: false };
      this.#marks.set(key, mark);
    }
    if (upTo <= mark.upTo) return;
    mark.upTo = upTo;
    this.#later(mark);
  }

  /** One is no longer a member. */
  forget(conversationId: string): void {
    for (const kind of ['delivered', 'read'] as const) {
      const key = `${kind} ${conversationId}`;
      const mark = this.#marks.get(key);
      if (mark === undefined) continue;
      this.#marks.delete(key);
      this.#due.delete(mark);
    }
  }

  /** The connection is up: what was not confirmed is told again. */
  up(): void {
    for (const mark of this.#marks.values()) if (mark.upTo > mark.done) this.#later(mark);
  }

  close(): void {
    this.#timers.delivered?.cancel();
    this.#timers.read?.cancel();
  }

  #later(mark: Mark): void {
    const { kind } = mark;
    this.#due.add(mark);
    this.#timers[kind] ??= this.#environment.setTimer(() => {
      delete this.#timers[kind];
      for (const due of this.#due) if (due.kind === kind) this.#tell(due);
    }, this.#everyMs[kind]);
  }

  #tell(mark: Mark): void {
    if (!this.#isUp() || mark.inFlight) return;
    this.#due.delete(mark);
    mark.inFlight = true;
    void this.#ask(mark, mark.upTo);
  }

  async #ask(mark: Mark, upTo: number): Promise<void> {
    const { kind: type, conversationId } = mark;
    try {
      await this.#requests.once({ type, conversationId, upTo });
      mark.done = Math.max(mark.done, upTo);
    } catch (error) {
      // Refused for good is as good as said.
      if (!(error as ParleyClientError).retryable) mark.done = Math.max(mark.done, upTo);
    }
    mark.inFlight = false;
    if (this.#isUp() && mark.upTo > mark.done) this.#later(mark);
  }
}
