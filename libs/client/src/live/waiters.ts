/** Whoever waits for something new in a conversation. */
export class Waiters {
  readonly #waiting = new Map<string, Set<(more: boolean) => void>>();
  #closed = false;

  /** True: something was announced; false: nothing more will come. */
  wait(conversationId: string): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(conversationId) ?? new Set();
      waiting.add(resolve);
      this.#waiting.set(conversationId, waiting);
    });
  }

  wake(conversationId: string): void {
    this.#release(conversationId, true);
  }

  end(conversationId: string): void {
    this.#release(conversationId, false);
  }

  reopen(): void {
    this.#closed = false;
  }

  close(): void {
    this.#closed = true;
    for (const id of this.#waiting.keys()) this.#release(id, false);
  }

  #release(conversationId: string, more: boolean): void {
    const waiting = this.#waiting.get(conversationId);
    if (waiting === undefined) return;
    this.#waiting.delete(conversationId);
    for (const resolve of waiting) resolve(more);
  }
}
