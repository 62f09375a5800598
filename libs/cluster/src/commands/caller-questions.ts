import { type CommandCaller, CommandRejected } from '@parley/ports';
import { heardMs } from './wire.js';

interface Question {
  readonly number: number;
  /** `performance.now()`. */
  readonly askedAt: number;
  readonly answered: PromiseWithResolvers<void>;
}

/**
 * Asks the other end of a connection whether it is there still. An answer counts from when its question was asked, not
 * from when it is read: what has lain in a buffer while this process stood still answers old questions only.
 */
export class CallerQuestions implements CommandCaller {
  /** Not answered yet, oldest first. */
  readonly #open: Question[] = [];
  #asked = 0;
  /** When the newest question that was answered was asked. */
  #answeredAt = -Infinity;
  #isGone = false;

  /** `send` tells the question; the answer is its number. */
  constructor(private readonly send: (question: number) => void) {}

  isHeard(since: number): boolean {
    return !this.#isGone && this.#answeredAt > since && performance.now() - this.#answeredAt < heardMs;
  }

  hear(since: number): Promise<void> {
    if (this.#isGone) return Promise.reject(notWanted());
    const newest = this.#open.at(-1);
    const isNewEnough =
      newest !== undefined && newest.askedAt > since && performance.now() - newest.askedAt < heardMs / 2;
    return (isNewEnough ? newest : this.#ask()).answered.promise;
  }

  /** So that it is heard before there is anything to decide. */
  ask(): void {
    this.#ask();
  }

  #ask(): Question {
    const answered = Promise.withResolvers<void>();
    answered.promise.catch(() => undefined);
    const question = { number: this.#asked++, askedAt: performance.now(), answered };
    this.#open.push(question);
    this.send(question.number);
    return question;
  }

  /** Questions are answered in their order. */
  answered(number: number): void {
    for (let first = this.#open[0]; first !== undefined && first.number <= number; first = this.#open[0]) {
      this.#open.shift();
      this.#answeredAt = first.askedAt;
      first.answered.resolve();
    }
  }

  /** The connection has ended: it has given its calls to others, or will. */
  gone(): void {
    this.#isGone = true;
    for (const { answered } of this.#open.splice(0)) answered.reject(notWanted());
  }
}

const notWanted = (): CommandRejected =>
  new CommandRejected('shutting_down', 'whoever asked for this has gone elsewhere', heardMs);
