import type { Logger } from '@parley/platform';
import type { EventLogReader } from '@parley/ports';

export interface FreshnessDependencies {
  readonly log: Pick<EventLogReader, 'info'>;
  /** Everything up to here was handed on. */
  readonly delivered: () => number;
  /** For so long deliveries are held back on purpose, in milliseconds. */
  readonly gatheredMs?: number;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** How often the log is asked for its end, however many people and conversations there are. */
const askEveryMs = 1_000;
/** What was appended so long ago must have been delivered. Room for one question and four seconds of a busy cluster. */
const staleAfterMs = 5_000;

/** The end of the log was at `position` or beyond it when it was asked at `at`. */
interface End {
  readonly at: number;
  readonly position: number;
}

/**
 * Whether deliveries are fresh: whatever was appended until five seconds ago, and the time that they are gathered for
 * before that, was handed on. Typing and presence go by
 * the memberships that were delivered, but do not come that way themselves. Told only while deliveries are fresh, they
 * end for those who were removed, however long the projections stand still.
 *
 * Measured at the log: whoever stands still in between cannot say so. While it cannot be asked, nothing is fresh.
 */
export class Freshness {
  /** Asked lately and not delivered yet, in the order of the questions. */
  readonly #awaited: End[] = [];
  /** Everything appended before this moment was delivered (performance.now). */
  #asOf = -Infinity;
  #asking = false;
  /** As the operator was told; null: was never fresh. */
  #told: boolean | null = null;
  readonly #staleAfterMs: number;
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly deps: FreshnessDependencies) {
    this.#staleAfterMs = staleAfterMs + (deps.gatheredMs ?? 0);
    this.#timer = setInterval(() => this.#tick(), askEveryMs).unref();
    void this.#ask();
  }

  isFresh(): boolean {
    const now = performance.now();
    const delivered = this.deps.delivered();
    for (let [end] = this.#awaited; end !== undefined; [end] = this.#awaited) {
      if (end.position <= delivered) this.#asOf = end.at;
      // Too old to make anything fresh.
      else if (now - end.at <= this.#staleAfterMs) break;
      this.#awaited.shift();
    }
    return now - this.#asOf <= this.#staleAfterMs;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#tell(this.isFresh());
    void this.#ask();
  }

  /** One question at a time: a silent log is not asked again before it has failed. */
  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const at = performance.now();
    try {
      const { lastPosition } = await this.deps.log.info();
      this.#awaited.push({ at, position: lastPosition });
    } catch {
      // Whoever needs the log says that it is away.
    } finally {
      this.#asking = false;
    }
  }

  #tell(isFresh: boolean): void {
    const before = this.#told;
    if (isFresh === before || (before === null && !isFresh)) return;
    this.#told = isFresh;
    const position = this.deps.delivered();
    if (!isFresh) this.deps.logger.warn({ position }, 'deliveries may be late: typing and presence pause');
    else if (before !== null) this.deps.logger.info({ position }, 'deliveries are fresh: typing and presence go on');
  }
}
