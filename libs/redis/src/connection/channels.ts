/** Messages by name, to all processes that listen at the moment; the others never get them. */
export interface Channels {
  /** Not sooner than `listening` is true; for good, whatever the connection goes through. */
  subscribe(channel: string, listener: (message: string) => void): () => void;
  /** All subscriptions stand, as far as is known. */
  readonly listening: boolean;
  /** They stand, for the first time or again: what was said before may have been missed. */
  onListening(listener: () => void): () => void;
}

/** Who listens to which channel. */
export class Listeners {
  readonly #byChannel = new Map<string, Set<(message: string) => void>>();
  readonly #listening = new Set<() => void>();

  constructor(private readonly onFailure: (error: unknown) => void) {}

  get channels(): readonly string[] {
    return [...this.#byChannel.keys()];
  }

  has(channel: string): boolean {
    return this.#byChannel.has(channel);
  }

  /** The function answered is true when it was the channel's last. */
  add(channel: string, listener: (message: string) => void): () => boolean {
    const own = (message: string): void => listener(message);
    const listeners = this.#byChannel.get(channel);
    if (listeners === undefined) this.#byChannel.set(channel, new Set([own]));
    else listeners.add(own);
    return () => {
      const left = this.#byChannel.get(channel);
      if (left?.delete(own) !== true || left.size > 0) return false;
      return this.#byChannel.delete(channel);
    };
  }

  addListening(listener: () => void): () => void {
    const own = (): void => listener();
    this.#listening.add(own);
    return () => this.#listening.delete(own);
  }

  tell(channel: string, message: string): void {
    for (const listener of this.#byChannel.get(channel) ?? []) this.#guard(() => listener(message));
  }

  tellListening(): void {
    for (const listener of this.#listening) this.#guard(listener);
  }

  /** A listener that throws harms neither the others nor the connection. */
  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.onFailure(error);
    }
  }
}
