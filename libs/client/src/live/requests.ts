import type { ClientFrame, ServerFrame, ServerFrameOf } from '@parley/protocol';
import type { Environment, Timer } from '../environment.js';
import { ParleyClientError } from '../errors.js';
import { backoffMs } from './backoff.js';
import { refusalOf } from './server-frames.js';

/** A frame that is answered, without the number that its answer will carry. */
export type Question = QuestionOf<ClientFrame>;
type QuestionOf<F> = F extends ClientFrame ? ('ref' extends keyof F ? Omit<F, 'ref'> : never) : never;
export type Answer = Exclude<Extract<ServerFrame, { ref?: number | undefined }>, ServerFrameOf<'error'>>;

export interface Line {
  readonly isUp: boolean;
  write(frame: ClientFrame): void;
  /** Nothing waits for an answer any more. */
  noteIdle(): void;
}

export interface RequestsOptions {
  /** A frame that is not answered in this time is given up, or sent again where that is harmless. Default 15,000. */
  readonly answerTimeoutMs: number;
  /** How long a command is tried, over any number of connections. Default 60,000. */
  readonly commandTimeoutMs: number;
}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: ParleyClientError) => void;
  readonly timer: Timer;
}

/** Questions and their answers, matched by `ref`. */
export class Requests {
  readonly #line: Line;
  readonly #environment: Environment;
  readonly #options: RequestsOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #waitingForLine = new Set<{ go: () => void; fail: (error: ParleyClientError) => void }>();
  #nextRef = 1;
  #closed: ParleyClientError | undefined;

  constructor(line: Line, environment: Environment, options: RequestsOptions) {
    this.#line = line;
    this.#environment = environment;
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#pending.size === 0;
  }

  /**
   * Asks once, on the connection of now. Rejects with the server's refusal, or with `connection_lost` or `timeout`: it
   * is then not known whether the server did it.
   */
  once(question: Question): Promise<Answer> {
    if (!this.#line.isUp) return Promise.reject(lost());
    const ref = this.#nextRef++;
    return new Promise((resolve, reject) => {
      const timer = this.#environment.setTimer(() => {
        this.#pending.delete(ref);
        reject(new ParleyClientError('timeout', `No answer to ${question.type} in time`, { retryable: true }));
      }, this.#options.answerTimeoutMs);
      this.#pending.set(ref, { resolve, reject, timer });
      this.#line.write({ ...question, ref });
    });
  }

  /**
   * Asks until there is an answer that will not change: again after a lost connection, a silence or a refusal that is
   * retryable. Only for what may be done twice. Rejects with the last error when its time is over.
   */
  async command(question: Question): Promise<Answer> {
    const deadline = this.#environment.elapsed() + this.#options.commandTimeoutMs;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#lineUp(deadline);
        return await this.once(question);
      } catch (error) {
        const { retryable, retryAfterMs } = error as ParleyClientError;
        const wait = retryAfterMs ?? backoffMs(attempt, this.#environment.random(), { baseMs: 200, capMs: 5000 });
        if (!retryable || this.#environment.elapsed() + wait >= deadline) throw error;
        if (this.#line.isUp) await new Promise<void>((done) => void this.#environment.setTimer(done, wait));
      }
    }
  }

  /** True: the frame was the answer to a question of ours. */
  answer(frame: ServerFrame): boolean {
    if (!('ref' in frame) || frame.ref === undefined) return false;
    const pending = this.#pending.get(frame.ref);
    if (pending === undefined) return false;
    this.#pending.delete(frame.ref);
    pending.timer.cancel();
    if (frame.type === 'error') pending.reject(refusalOf(frame));
    else pending.resolve(frame);
    if (this.isIdle) this.#line.noteIdle();
    return true;
  }

  /** The connection is up. */
  up(): void {
    const waiting = [...this.#waitingForLine];
    this.#waitingForLine.clear();
    for (const { go } of waiting) go();
  }

  /** Commands wait for a connection again. */
  reopen(): void {
    this.#closed = undefined;
  }

  /** Until `reopen` nobody will answer: everything that waits is rejected, and whatever is asked. */
  close(error: ParleyClientError): void {
    this.#closed = error;
    this.down(error);
    const waiting = [...this.#waitingForLine];
    this.#waitingForLine.clear();
    for (const { fail } of waiting) fail(error);
  }

  /** The connection is down: nobody will answer. */
  down(error: ParleyClientError = lost()): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject, timer } of pending) {
      timer.cancel();
      reject(error);
    }
  }

  #lineUp(deadline: number): Promise<void> {
    if (this.#line.isUp) return Promise.resolve();
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      const waiter = {
        go(): void {
          timer.cancel();
          resolve();
        },
        fail(error: ParleyClientError): void {
          timer.cancel();
          reject(error);
        },
      };
      const timer = this.#environment.setTimer(
        () => {
          this.#waitingForLine.delete(waiter);
          reject(new ParleyClientError('timeout', 'No connection in time', { retryable: true }));
        },
        Math.max(deadline - this.#environment.elapsed(), 0),
      );
      this.#waitingForLine.add(waiter);
    });
  }
}

const lost = (): ParleyClientError =>
  new ParleyClientError('connection_lost', 'The connection was lost before the answer', { retryable: true });
