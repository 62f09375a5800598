import { ParleyError } from '@parley/platform';
import { ReadModelUnavailable } from '@parley/ports';
import { Worker } from 'node:worker_threads';
import { post } from '../log/post.js';
import { workerEntry } from '../worker-entry.js';
import type { ScanAnswer, ScanRequest } from './scan-request.js';

export interface ThreadRequest {
  readonly path: string;
  readonly request: ScanRequest;
}

export type ThreadAnswer =
  { readonly outcome: 'found'; readonly answer: ScanAnswer } | { readonly outcome: 'failed'; readonly reason: string };

interface Waiting extends ThreadRequest {
  readonly resolve: (answer: ScanAnswer) => void;
  readonly reject: (error: Error) => void;
}

const retryMs = 1_000;

/**
 * The thread that searches, so that sockets never wait for a search. One search at a time, the others wait in a queue
 * with an end; the thread is started by the first search and again after it died.
 */
export class QueryThread {
  #worker: Worker | null = null;
  #current: Waiting | null = null;
  readonly #queue: Waiting[] = [];
  #closed = false;

  constructor(private readonly maxWaiting: number) {}

  /**
   * @throws ParleyError `overloaded` when the queue is full
   * @throws ReadModelUnavailable when the file cannot be read or the thread died
   */
  scan(path: string, request: ScanRequest): Promise<ScanAnswer> {
    if (this.#closed) return Promise.reject(new ReadModelUnavailable('search is closed'));
    if (this.#queue.length >= this.maxWaiting) {
      return Promise.reject(new ParleyError('overloaded', { retryAfterMs: retryMs }));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ path, request, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#fail('search is closed');
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #next(): void {
    if (this.#current !== null) return;
    const waiting = this.#queue.shift();
    if (waiting === undefined) return;
    this.#current = waiting;
    this.#worker ??= this.#start();
    // Only a search under way keeps the process alive.
    this.#worker.ref();
    const message: ThreadRequest = { path: waiting.path, request: waiting.request };
    post(this.#worker, message);
  }

  #start(): Worker {
    const worker = new Worker(workerEntry(import.meta.url, './search-query.worker.js'), { name: 'search' });
    worker.on('message', (answer: ThreadAnswer) => this.#answered(answer));
    worker.on('error', (error) => this.#died(worker, error.message));
    worker.on('exit', (code) => this.#died(worker, `the search thread ended with ${code}`));
    return worker;
  }

  #answered(answer: ThreadAnswer): void {
    const waiting = this.#current;
    this.#current = null;
    this.#worker?.unref();
    if (answer.outcome === 'found') waiting?.resolve(answer.answer);
    else waiting?.reject(new ReadModelUnavailable(`search: ${answer.reason}`));
    this.#next();
  }

  #died(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#fail(reason);
  }

  #fail(reason: string): void {
    const failed = this.#current === null ? this.#queue.splice(0) : [this.#current, ...this.#queue.splice(0)];
    this.#current = null;
    for (const waiting of failed) waiting.reject(new ReadModelUnavailable(reason));
  }
}
