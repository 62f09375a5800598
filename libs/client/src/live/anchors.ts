import type { InboxEntry } from '@parley/protocol';
import { ParleyClientError } from '../errors.js';
import { anchorConversation } from '../state/apply-entry.js';
import type { LocalState, StateEvent } from '../state/local-state.js';

export interface AnchorHooks {
  state(): LocalState | null;
  entryOf(conversationId: string): Promise<InboxEntry>;
  onAnchored(events: readonly StateEvent[]): void;
  onError(error: unknown): void;
}

/**
 * Looks up conversations of which only changes came: who resumes from a cursor without the state that belongs to it
 * meets them. Each is looked up once a connection; one that cannot be had stays as it is.
 */
export class Anchors {
  readonly #hooks: AnchorHooks;
  readonly #asked = new Set<string>();

  constructor(hooks: AnchorHooks) {
    this.#hooks = hooks;
  }

  /** Everything that there was has come: no entry will come by itself for what is unanchored now. */
  live(): void {
    this.#asked.clear();
    for (const id of this.#hooks.state()?.conversations.keys() ?? []) this.check(id);
  }

  check(conversationId: string): void {
    const timeline = this.#hooks.state()?.conversations.get(conversationId)?.timeline;
    if (timeline === undefined || timeline.anchored || this.#asked.has(conversationId)) return;
    this.#asked.add(conversationId);
    void this.#anchor(conversationId);
  }

  async #anchor(conversationId: string): Promise<void> {
    try {
      const entry = await this.#hooks.entryOf(conversationId);
      const state = this.#hooks.state();
      if (state !== null) this.#hooks.onAnchored(anchorConversation(state, entry));
    } catch (error) {
      if (!(error instanceof ParleyClientError)) this.#hooks.onError(error);
    }
  }
}
