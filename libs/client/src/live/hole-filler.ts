import type { ServerFrameOf } from '@parley/protocol';
import { maxHistoryPage } from '../constants.js';
import type { Environment, Timer } from '../environment.js';
import { fillHole } from '../state/apply-entry.js';
import type { ConversationState, LocalState, StateEvent } from '../state/local-state.js';
import { backoffMs } from './backoff.js';
import type { Requests } from './requests.js';

export interface HoleFillerHooks {
  state(): LocalState | null;
  /** Pages wait for the connection to be up to date: what seems missing before may still come. */
  isLive(): boolean;
  onFilled(events: readonly StateEvent[]): void;
  /** A hole was found and is being fetched. */
  onHole(conversationId: string, from: number, to: number): void;
}

/** What comes out of order within this time is no hole. */
const graceMs = 100;
/** History that does not show it yet is asked again, this often, ever more slowly. */
const maxAttempts = 8;

/**
 * Fetches what is missing between sequences: just the hole, with one question at a time per conversation. One that fails
 * is asked again when something else of the conversation comes or the connection is live again.
 */
export class HoleFiller {
  readonly #requests: Requests;
  readonly #environment: Environment;
  readonly #hooks: HoleFillerHooks;
  readonly #suspects = new Set<string>();
  readonly #filling = new Set<string>();
  /** Questions since the last that brought something. */
  readonly #attempts = new Map<string, number>();
  readonly #timers = new Set<Timer>();
  #timer: Timer | undefined;

  constructor(requests: Requests, environment: Environment, hooks: HoleFillerHooks) {
    this.#requests = requests;
    this.#environment = environment;
    this.#hooks = hooks;
  }

  /** Something of this conversation came. Cheap when nothing is missing. */
  check(conversationId: string): void {
    const timeline = this.#hooks.state()?.conversations.get(conversationId)?.timeline;
    if (timeline === undefined || timeline.missing.isEmpty) return;
    this.#suspects.add(conversationId);
    // While catching up, holes close by themselves, unless too much had to be kept back because of one.
    if (this.#hooks.isLive()) this.#later();
    else if (timeline.highest - timeline.announced > 2 * timeline.limit + 100) void this.#fill(conversationId);
  }

  /** The connection is up to date: what is missing now will not come by itself. */
  live(): void {
    for (const id of this.#hooks.state()?.conversations.keys() ?? []) this.check(id);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const timer of this.#timers) timer.cancel();
    this.#suspects.clear();
  }

  #later(): void {
    this.#timer ??= this.#environment.setTimer(() => {
      this.#timer = undefined;
      const suspects = [...this.#suspects];
      this.#suspects.clear();
      for (const id of suspects) void this.#fill(id);
    }, graceMs);
  }

  async #fill(conversationId: string): Promise<void> {
    if (this.#filling.has(conversationId)) return;
    this.#filling.add(conversationId);
    try {
      if (await this.#ask(conversationId)) this.#askAgain(conversationId);
      else this.#attempts.delete(conversationId);
    } catch {
      // The hole stays. If it was refused because one has left: the departure is on the way, behind what was said before.
    } finally {
      this.#filling.delete(conversationId);
    }
  }

  /** Page after page. True: something is missing that history does not show. */
  async #ask(conversationId: string): Promise<boolean> {
    for (;;) {
      const asked = this.#conversation(conversationId)?.timeline;
      const hole = asked?.missing.first;
      if (asked === undefined || hole === undefined) return false;
      const [from, to] = hole;
      const { readable } = asked;
      this.#hooks.onHole(conversationId, from, to);
      const limit = Math.min(to - from + 1, maxHistoryPage);
      const answer = await this.#requests.command({ type: 'history', conversationId, after: from - 1, limit });
      const state = this.#hooks.state();
      const conversation = this.#conversation(conversationId);
      if (state === null || conversation === undefined) return false;
      const page = answer as ServerFrameOf<'history'>;
      this.#hooks.onFilled(fillHole(state, conversation, hole, readable, page));
      if (conversation.timeline.missing.has(from)) return true;
    }
  }

  /** Not in history yet: an own message was accepted before those below it could be read. */
  #askAgain(conversationId: string): void {
    const attempt = (this.#attempts.get(conversationId) ?? 0) + 1;
    this.#attempts.set(conversationId, attempt);
    if (attempt > maxAttempts) return;
    const wait = backoffMs(attempt, this.#environment.random(), { baseMs: graceMs, capMs: 5000 });
    const timer = this.#environment.setTimer(() => {
      this.#timers.delete(timer);
      this.check(conversationId);
    }, wait);
    this.#timers.add(timer);
  }

  #conversation(id: string): ConversationState | undefined {
    return this.#hooks.state()?.conversations.get(id);
  }
}
