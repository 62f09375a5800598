import type { Logger } from '@parley/platform';
import type { EventIdIndex, EventPlace } from '@parley/ports';
import { setTimeout as pause } from 'node:timers/promises';
import { Deadline } from '../client/deadline.js';

export interface IndexTimes {
  /** For one question, with all its repetitions: a hiccup must not make anybody read whole streams. */
  readonly answerMs: number;
  readonly repeatMs: number;
  /** How often one question at a time is asked again while the index is away. */
  readonly probeMs: number;
}

const usualTimes: IndexTimes = { answerMs: 1_500, repeatMs: 100, probeMs: 1_000 };

/**
 * The index of event ids, which may be away: then every answer is null at once, and whoever asks has to know without
 * it. Appends must not wait for it one after the other.
 */
export class GuardedIndex {
  readonly #index: EventIdIndex;
  readonly #logger: Logger;
  readonly #times: IndexTimes;
  #isAway = false;
  #nextProbe = 0;

  constructor(index: EventIdIndex, logger: Logger, times = usualTimes) {
    this.#index = index;
    this.#logger = logger;
    this.#times = times;
  }

  find(eventIds: readonly string[]): Promise<ReadonlyMap<string, EventPlace> | null> {
    return this.#ask(() => this.#index.find(eventIds));
  }

  indexedRevision(stream: string): Promise<number | null> {
    return this.#ask(() => this.#index.indexedRevision(stream));
  }

  async #ask<T>(question: () => Promise<T>): Promise<T | null> {
    const { answerMs, repeatMs, probeMs } = this.#times;
    if (this.#isAway) {
      if (performance.now() < this.#nextProbe) return null;
      this.#nextProbe = performance.now() + probeMs;
    }
    const deadline = new Deadline(answerMs);
    for (;;) {
      try {
        const answer = await deadline.race(question(), 'the index of event ids');
        if (this.#isAway) this.#logger.info('the index of event ids is back');
        this.#isAway = false;
        return answer;
      } catch (error) {
        if (!this.#isAway && deadline.left > 0) {
          await pause(Math.min(repeatMs, deadline.left));
          continue;
        }
        if (!this.#isAway)
          this.#logger.warn({ err: error }, 'the index of event ids is away: streams are read instead');
        this.#isAway = true;
        this.#nextProbe = performance.now() + probeMs;
        return null;
      }
    }
  }
}
