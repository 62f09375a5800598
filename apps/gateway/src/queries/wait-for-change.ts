import type { Hub } from '../push/hub.js';
import type { Person, Subscriber } from '../push/person.js';

export interface WaitOptions<Page> {
  readonly hub: Pick<Hub, 'attach' | 'detach'>;
  readonly userId: string;
  readonly waitMs: number;
  /** Nobody waits for it any longer. */
  readonly gone: AbortSignal;
  readonly read: () => Promise<Page>;
  readonly isEmpty: (page: Page) => boolean;
}

/**
 * Reads; when there is nothing, waits for the next change of this person and reads again, until the time is over. First
 * it listens, then it reads: a change in between is not missed.
 */
export async function waitForChange<Page>(options: WaitOptions<Page>): Promise<Page> {
  const { hub, userId, gone, read, isEmpty } = options;
  const bell = new Bell();
  const person: Person = hub.attach(userId, bell);
  const end = (): void => bell.end();
  const timer = setTimeout(end, options.waitMs);
  gone.addEventListener('abort', end);
  if (gone.aborted) end();
  try {
    await Promise.race([person.whenReady(), bell.ended]);
    for (;;) {
      bell.reset();
      const page = await read();
      if (!isEmpty(page) || bell.isOver) return page;
      await bell.rung();
    }
  } finally {
    clearTimeout(timer);
    gone.removeEventListener('abort', end);
    hub.detach(person, bell);
  }
}

/** Rings at anything that concerns the person. */
class Bell implements Subscriber {
  isOver = false;
  readonly #end = Promise.withResolvers<void>();
  #ring = Promise.withResolvers<void>();

  get ended(): Promise<void> {
    return this.#end.promise;
  }

  rung(): Promise<void> {
    return this.#ring.promise;
  }

  /** What rang before counts no more, unless it is over. */
  reset(): void {
    if (!this.isOver) this.#ring = Promise.withResolvers();
  }

  end(): void {
    this.isOver = true;
    this.#end.resolve();
    this.#ring.resolve();
  }

  deliver(): void {
    this.#ring.resolve();
  }

  lost(): void {
    this.#ring.resolve();
  }

  endBatch(): void {
    // Only asked of those who take part in a batch.
  }

  hint(): void {
    // Typing is no change.
  }
}
