import type { Change, InboxEntry, ServerFrame } from '@parley/protocol';
import { applyChange, conversationIdOf } from '../state/apply-change.js';
import { applySnapshotEntry } from '../state/apply-entry.js';
import { type LocalState, resetState, type StateEvent } from '../state/local-state.js';

export interface SyncHooks {
  state(): LocalState;
  /** Asks for everything anew, on the connection of now. */
  askAnew(): void;
  onEvents(events: readonly StateEvent[]): void;
  /** A change that was not known. */
  onChange(change: Change): void;
  /** A change that was known already. */
  onRepeated(change: Change): void;
  /** Something of this conversation came. */
  onTouched(conversationId: string): void;
  /** Everything was dropped: these conversations and what is known of people. */
  onReset(reason: string, dropped: readonly string[]): void;
  onCaughtUp(cursor: string): void;
}

/** From frames to state: keeps the cursor, which is never ahead of what was applied. */
export class Sync {
  readonly #hooks: SyncHooks;
  /** Where to resume. Undefined: newest state first. */
  cursor: string | undefined;
  #snapshotBegun = false;

  constructor(hooks: SyncHooks) {
    this.#hooks = hooks;
  }

  /** The connection is up, and said hello with the cursor. */
  begin(): void {
    this.#snapshotBegun = false;
  }

  /** True: the frame was one of sync. */
  receive(frame: ServerFrame): boolean {
    switch (frame.type) {
      case 'snapshot':
        this.#snapshot(frame.entries, frame.cursor);
        return true;
      case 'changes':
        this.#changes(frame.changes);
        this.cursor = frame.cursor;
        return true;
      case 'caught_up':
        this.cursor = frame.cursor;
        this.#hooks.state().announcedBefore.clear();
        this.#hooks.onCaughtUp(frame.cursor);
        return true;
      case 'resync':
        this.#startAnew(frame.reason);
        return true;
      case 'error':
        if (frame.code !== 'invalid_cursor' || this.cursor === undefined) return false;
        this.#startAnew(frame.message);
        return true;
      case 'welcome':
      case 'going_away':
      case 'pong':
      case 'accepted':
      case 'done':
      case 'history':
      case 'typing':
      case 'presence':
      default:
        return false;
    }
  }

  #startAnew(reason: string): void {
    this.cursor = undefined;
    this.#snapshotBegun = false;
    this.#drop(reason);
    this.#hooks.askAnew();
  }

  #snapshot(entries: readonly InboxEntry[], cursor: string | undefined): void {
    const state = this.#hooks.state();
    if (!this.#snapshotBegun) {
      // What an earlier snapshot that was cut off left behind is as old as that one.
      this.#snapshotBegun = true;
      if (state.conversations.size > 0) this.#drop('a new snapshot begins');
    }
    for (const entry of entries) {
      this.#hooks.onEvents(applySnapshotEntry(state, entry));
      this.#hooks.onTouched(entry.conversation.id);
    }
    if (cursor !== undefined) this.cursor = cursor;
  }

  #drop(reason: string): void {
    const state = this.#hooks.state();
    const dropped = [...state.conversations.keys()];
    resetState(state);
    this.#hooks.onReset(reason, dropped);
  }

  #changes(changes: readonly Change[]): void {
    const state = this.#hooks.state();
    for (const change of changes) {
      const events = applyChange(state, change);
      if (events.length === 0) {
        this.#hooks.onRepeated(change);
        continue;
      }
      this.#hooks.onChange(change);
      this.#hooks.onEvents(events);
      const id = conversationIdOf(change);
      if (id !== null) this.#hooks.onTouched(id);
    }
  }
}
