/** Work that nobody waits for until the end. The first failure is kept. */
export class Background {
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | null = null;

  run(work: () => Promise<void>): void {
    const running: Promise<void> = work()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** @throws the first failure so far */
  check(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** @throws the first failure */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    this.check();
  }
}
