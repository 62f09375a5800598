import { EventLogUnavailable } from '@parley/ports';

/** What was waited for so long without an answer makes a connection look silent, in milliseconds. */
const silenceMs = 1_000;

/** The time for what was promised was up; whether it happens yet is unknown. */
export class TimedOut extends EventLogUnavailable {
  /** It was waited for long enough to doubt the connection; what had hardly any time left says nothing about it. */
  readonly isSilence: boolean;

  constructor(message: string, waitedMs: number) {
    super(message);
    this.isSilence = waitedMs >= silenceMs;
  }
}

/** A point in time until which one call, with all its steps, must have ended. */
export class Deadline {
  readonly #at: number;

  /** In milliseconds from now. */
  constructor(ms: number) {
    this.#at = performance.now() + ms;
  }

  /** Milliseconds left, 0 when it has passed. */
  get left(): number {
    return Math.max(0, this.#at - performance.now());
  }

  /** The sooner of this and another one so many milliseconds from now. */
  within(ms: number): Deadline {
    return ms < this.left ? new Deadline(ms) : this;
  }

  /**
   * What becomes of the work later is not waited for, and a late rejection is nobody's.
   * @throws TimedOut
   */
  race<T>(work: Promise<T>, waitingFor: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const { left } = this;
      const timer = setTimeout(() => reject(new TimedOut(`${waitingFor} took too long`, left)), left);
      work.finally(() => clearTimeout(timer)).then(resolve, reject);
    });
  }
}
