import type { Logger, Metrics } from '@parley/platform';

/** Between two log lines about failures, milliseconds. */
const quietMs = 10_000;

/**
 * Counts every failure and tells of them in a bounded number of log lines: a Redis that is away fails thousands of
 * times a second. Never logs what was sent: the client's errors carry it.
 */
export class FailureLog {
  readonly #count: (operation: string) => void;
  #untold = 0;
  #told = false;
  #toldAt = -Infinity;

  constructor(
    private readonly logger: Logger,
    metrics?: Metrics,
    private readonly now: () => number = () => performance.now(),
  ) {
    const counter = metrics?.counter('parley_redis_failures_total', 'What Redis failed to do.', ['operation']);
    this.#count = (operation) => counter?.inc({ operation });
  }

  report(operation: string, error: unknown): void {
    this.#count(operation);
    this.#untold++;
    const now = this.now();
    if (now - this.#toldAt < quietMs) return;
    this.#toldAt = now;
    this.#told = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.logger.warn({ operation, reason, failures: this.#untold }, 'Redis fails; what depends on it degrades');
    this.#untold = 0;
  }

  /** It answers: told once after a failure was. */
  recovered(): void {
    if (!this.#told) return;
    this.#told = false;
    this.logger.info({ failures: this.#untold }, 'Redis answers again');
    this.#untold = 0;
  }
}
