import type { Logger } from '@parley/platform';
import type { EventIdIndex, EventPlace } from '@parley/ports';
import { Deadline } from '../client/deadline.js';

/** For one question. */
const answerMs = 1_000;
/** How long nobody asks after a question went unanswered. */
const pauseMs = 2_000;

/**
 * The index of event ids, which may be away: then every answer is null at once, and whoever asks has to know without
 * it. Appends must not wait for it one after the other.
 */
export class GuardedIndex {
  readonly #index: EventIdIndex;
  readonly #logger: Logger;
  #awayUntil = -Infinity;
  #isAway = false;

  constructor(index: EventIdIndex, logger: Logger) {
    this.#index = index;
    this.#logger = logger;
  }

  find(eventIds: readonly string[]): Promise<ReadonlyMap<string, EventPlace> | null> {
    return this.#ask(() => this.#index.find(eventIds));
  }

  indexedRevision(stream: string): Promise<number | null> {
    return this.#ask(() => this.#index.indexedRevision(stream));
  }

  indexedPosition(): Promise<number | null> {
    return this.#ask(() => this.#index.indexedPosition());
  }

  async #ask<T>(question: () => Promise<T>): Promise<T | null> {
    if (performance.now() < this.#awayUntil) return null;
    try {
      const answer = await new Deadline(answerMs).race(question(), 'the index of event ids');
      if (this.#isAway) this.#logger.info('the index of event ids is back');
      this.#isAway = false;
      return answer;
    } catch (error) {
      this.#awayUntil = performance.now() + pauseMs;
      if (!this.#isAway) this.#logger.warn({ err: error }, 'the index of event ids is away: streams are read instead');
      this.#isAway = true;
      return null;
    }
  }
}
