import type { Environment, Timer } from '../environment.js';
import type { LocalState } from '../state/local-state.js';
import { SavedState } from '../state/saved-state.js';
import type { KeyValueStore } from '../storage/key-value-store.js';

/** Saves the state a little after it changed, one save at a time. */
export class Saver {
  readonly #saved: SavedState;
  readonly #environment: Environment;
  readonly #afterMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #dirty = new Set<string>();
  #latest: { readonly state: LocalState; readonly cursor: string } | undefined;
  #timer: Timer | undefined;
  #writes: Promise<void> = Promise.resolve();

  constructor(store: KeyValueStore, environment: Environment, afterMs: number, onError: (error: unknown) => void) {
    this.#saved = new SavedState(store);
    this.#environment = environment;
    this.#afterMs = afterMs;
    this.#onError = onError;
  }

  load(make: (userId: string) => LocalState): ReturnType<SavedState['load']> {
    return this.#saved.load(make);
  }

  /** Without a cursor there is nothing to resume from: what was saved before stays until there is one. */
  changed(state: LocalState, cursor: string | undefined, conversationIds: Iterable<string>): void {
    for (const id of conversationIds) this.#dirty.add(id);
    if (cursor === undefined) {
      this.#timer?.cancel();
      this.#timer = undefined;
      this.#latest = undefined;
      return;
    }
    this.#latest = { state, cursor };
    this.#timer ??= this.#environment.setTimer(() => this.#save(), this.#afterMs);
  }

  async flush(): Promise<void> {
    if (this.#timer !== undefined) this.#save();
    await this.#writes;
  }

  async clear(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#latest = undefined;
    this.#dirty.clear();
    this.#writes = this.#writes.then(() => this.#saved.clear()).catch(this.#onError);
    await this.#writes;
  }

  #save(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#writes = this.#writes.then(() => this.#saveLatest()).catch(this.#onError);
  }

  async #saveLatest(): Promise<void> {
    if (this.#latest === undefined) return;
    const { state, cursor } = this.#latest;
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    try {
      await this.#saved.save(state, cursor, dirty);
    } catch (error) {
      // The next save writes a later cursor: nothing brings again what is not in it.
      for (const id of dirty) this.#dirty.add(id);
      throw error;
    }
  }
}
