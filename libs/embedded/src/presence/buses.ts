import type { RevocationBus, SignalBus } from '@parley/ports';

/** Signals within this process: every subscriber is called at once, in order of subscription. */
class Bus<Message> {
  readonly #listeners = new Set<(message: Message) => void>();

  publish(message: Message): void {
    for (const listener of this.#listeners) listener(message);
  }

  subscribe(listener: (message: Message) => void): () => void {
    // A function of its own for each subscription: the same listener may subscribe twice.
    const own = (message: Message): void => listener(message);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }
}

export const createSignalBus = (): SignalBus => new Bus();

export const createRevocationBus = (): RevocationBus => new Bus();
