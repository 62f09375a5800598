import type { ServerFrameOf } from '@parley/protocol';
import { maxHistoryPage } from '../constants.js';
import type { Environment, Timer } from '../environment.js';
import type { ParleyClientError } from '../errors.js';
import { fillHole } from '../state/apply-entry.js';
import type { LocalState, StateEvent } from '../state/local-state.js';
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

/**
 * Fetches what is missing between sequences: just the hole, once, with one question at a time per conversation. A
 * question that fails is asked again when the next hole is noticed or the connection is live again.
 */
export class HoleFiller {
  readonly #requests: Requests;
  readonly #environment: Environment;
  readonly #hooks: HoleFillerHooks;
  readonly #suspects = new Set<string>();
  readonly #filling = new Set<string>();
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
      for (let hole = this.#hole(conversationId); hole !== undefined; hole = this.#hole(conversationId)) {
        const [from, to] = hole;
        this.#hooks.onHole(conversationId, from, to);
        const limit = Math.min(to - from + 1, maxHistoryPage);
        const page = await this.#requests.command({ type: 'history', conversationId, after: from - 1, limit });
        this.#apply(conversationId, hole, page as ServerFrameOf<'history'>);
      }
    } catch (error) {
      if (!(error as ParleyClientError).retryable) this.#giveUp(conversationId);
    } finally {
      this.#filling.delete(conversationId);
    }
  }

  #hole(conversationId: string): readonly [from: number, to: number] | undefined {
    return this.#hooks.state()?.conversations.get(conversationId)?.timeline.missing.first;
  }

  #apply(conversationId: string, hole: readonly [number, number], page: ServerFrameOf<'history'>): void {
    const state = this.#hooks.state();
    const conversation = state?.conversations.get(conversationId);
    if (state === null || conversation === undefined) return;
    this.#hooks.onFilled(fillHole(state, conversation, hole, page));
  }

  /** Refused for good: it is not ours to see. Its departure is on the way. */
  #giveUp(conversationId: string): void {
    const hole = this.#hole(conversationId);
    const state = this.#hooks.state();
    const conversation = state?.conversations.get(conversationId);
    if (hole === undefined || state === null || conversation === undefined) return;
    this.#hooks.onFilled(fillHole(state, conversation, hole, { entries: [], hasMoreAfter: false }));
  }
}
