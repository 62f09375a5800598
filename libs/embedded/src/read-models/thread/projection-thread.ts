import type { LaneStatus, ProjectionName } from '@parley/ports';
import { Worker } from 'node:worker_threads';
import { post } from '../../log/post.js';
import { workerEntry } from '../../worker-entry.js';
import { Credit } from './credit.js';
import type { ProjectionThreadStart, ThreadCall, ThreadCalls, ThreadMessage } from './messages.js';
import type { ProjectionRunner, ThreadEvents } from './projection-runner.js';

/** Milliseconds until a thread that died is started again; doubled each time up to the second. */
const restartAfter = [500, 30_000] as const;

/** The projecting thread as the main thread holds it: started again when it dies, until it is stopped. */
export class ProjectionThread implements ProjectionRunner {
  #worker: Worker | null = null;
  #nextId = 1;
  #wait: number = restartAfter[0];
  #stopping = false;
  #restart: NodeJS.Timeout | null = null;
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();

  constructor(
    private readonly start: Omit<ProjectionThreadStart, 'credit'>,
    private readonly events: ThreadEvents,
  ) {
    this.#run();
  }

  status(): Promise<readonly LaneStatus[]> {
    return this.#call('status') as Promise<readonly LaneStatus[]>;
  }

  retryParked(name: ProjectionName, position: number): Promise<boolean> {
    return this.#call('retryParked', name, position) as Promise<boolean>;
  }

  saveCheckpoint(name: ProjectionName): Promise<number> {
    return this.#call('saveCheckpoint', name) as Promise<number>;
  }

  async switchGeneration(name: ProjectionName, generation: number): Promise<void> {
    await this.#call('switchGeneration', name, generation);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#restart !== null) clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    await this.#call('stop').catch(() => worker.terminate());
    await ended;
  }

  /** It is started again. For tests of exactly that. */
  async kill(): Promise<void> {
    await this.#worker?.terminate();
  }

  #run(): void {
    this.#restart = null;
    const credit = new Credit();
    const worker = new Worker(workerEntry(import.meta.url, './projection-host.worker.js'), {
      name: 'projector',
      workerData: { ...this.start, credit: credit.buffer },
    });
    this.#worker = worker;
    let died = new Error('the projecting thread ended');
    worker.on('message', (message: ThreadMessage) => {
      if (message.type === 'answer') this.#answer(message);
      else this.#pass(message, credit);
    });
    worker.on('error', (error: unknown) => {
      died = error instanceof Error ? error : new Error(String(error));
    });
    worker.on('exit', () => {
      this.#worker = null;
      for (const call of this.#calls.values()) call.reject(died);
      this.#calls.clear();
      if (this.#stopping) return;
      this.events.onDeath(died);
      this.#restart = setTimeout(() => this.#run(), this.#wait);
      this.#wait = Math.min(this.#wait * 2, restartAfter[1]);
    });
  }

  #pass(message: ThreadMessage, credit: Credit): void {
    try {
      if (message.type === 'caught-up') this.#wait = restartAfter[0];
      this.events.onMessage(message);
    } finally {
      if (message.type === 'batch') credit.take();
    }
  }

  #call(method: keyof ThreadCalls, ...values: (string | number)[]): Promise<unknown> {
    const worker = this.#worker;
    if (worker === null) return Promise.reject(new Error('the projecting thread is being started again'));
    const id = this.#nextId++;
    const call = Promise.withResolvers<unknown>();
    this.#calls.set(id, call);
    post(worker, { id, method, values } satisfies ThreadCall);
    return call.promise;
  }

  #answer({ id, value, error }: Extract<ThreadMessage, { type: 'answer' }>): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (error === undefined) call?.resolve(value);
    else call?.reject(new Error(error));
  }
}
