import {
  checkAppend,
  EventLogUnavailable,
  type AppendRequest,
  type AppendResult,
  type EventLogWriter,
} from '@parley/ports';
import type { Worker } from 'node:worker_threads';
import { emptyBatch, packAppend, unpackAnswers, type AnswerBatch } from './append-batch.js';
import type { WriterAnswer, WriterMessage } from './log-writer.worker.js';
import { post } from './post.js';

export interface QueueLimits {
  readonly appends: number;
  readonly bytes: number;
}

interface Waiting {
  readonly bytes: number;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: Error) => void;
}

/** Hands the appends of one tick to the writer's thread as one message and gives the answers back in their order. */
export class ThreadedWriter implements EventLogWriter {
  #batch = emptyBatch();
  #waiting: Waiting[] = [];
  #answered = 0;
  #bytes = 0;
  /** Why nothing is accepted any more. */
  #over: string | null = null;

  constructor(
    private readonly worker: Worker,
    private readonly limits: QueueLimits,
  ) {
    worker.on('message', (answer: WriterAnswer) => {
      if (typeof answer === 'object' && 'numbers' in answer) this.#onAnswers(answer);
    });
    worker.on('exit', () => this.#abandon("the event log's writer has ended"));
  }

  /** Appends that wait for their commit. */
  get depth(): number {
    return this.#waiting.length - this.#answered;
  }

  append(request: AppendRequest): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      const bytes = checkAppend(request);
      if (this.#over !== null) throw new EventLogUnavailable(this.#over);
      if (this.depth >= this.limits.appends || this.#bytes + bytes > this.limits.bytes) {
        throw new EventLogUnavailable(`the event log's queue is full (${this.depth} appends wait)`);
      }
      if (this.#batch.texts.length === 0) setImmediate(() => this.#send());
      packAppend(this.#batch, request);
      this.#waiting.push({ bytes, resolve, reject });
      this.#bytes += bytes;
    });
  }

  /** Everything accepted is finished first. */
  async close(): Promise<void> {
    if (this.#over !== null) return;
    this.#over = 'the event log is closed';
    this.#send();
    const exited = new Promise((resolve) => this.worker.once('exit', resolve));
    post(this.worker, 'close' satisfies WriterMessage);
    await exited;
  }

  #send(): void {
    if (this.#batch.texts.length === 0) return;
    post(this.worker, this.#batch satisfies WriterMessage);
    this.#batch = emptyBatch();
  }

  #onAnswers(answers: AnswerBatch): void {
    if (answers.failed === null) unpackAnswers(answers, (result) => this.#next()?.resolve(result));
    else {
      for (let i = 0; i < answers.appends; i++) this.#next()?.reject(new EventLogUnavailable(answers.failed));
    }
    if (this.#answered > 1_024 && this.#answered * 2 > this.#waiting.length) this.#forgetAnswered();
  }

  #next(): Waiting | undefined {
    const next = this.#waiting[this.#answered++];
    if (next !== undefined) this.#bytes -= next.bytes;
    return next;
  }

  #forgetAnswered(): void {
    this.#waiting = this.#waiting.slice(this.#answered);
    this.#answered = 0;
  }

  #abandon(why: string): void {
    this.#over ??= why;
    while (this.depth > 0) this.#next()?.reject(new EventLogUnavailable(why));
    this.#forgetAnswered();
  }
}
