import type { EventLogReader, LaneStatus, ProjectionName, ProjectorModule } from '@parley/ports';
import type { ThreadCall, ThreadCalls, ThreadMessage } from './messages.js';
import { startProjectionHost } from './projection-host.js';
import type { ProjectionRunner, ThreadEvents } from './projection-runner.js';

export interface ProjectionsHereOptions {
  readonly dataDir: string;
  readonly module: ProjectorModule;
  readonly log: EventLogReader;
  readonly only: readonly ProjectionName[];
}

/** Until it is tried again when it could not start, ms. */
const restartAfter = 500;

/**
 * The same as the projecting thread, in the thread of its readers: for a simulation, which has only one. Once it has
 * started nothing but the whole process can die.
 */
export class ProjectionsHere implements ProjectionRunner {
  readonly #host: Promise<(call: ThreadCall) => Promise<void>>;
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();
  #nextId = 1;

  constructor(
    private readonly options: ProjectionsHereOptions,
    private readonly events: ThreadEvents,
  ) {
    this.#host = this.#start();
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
    await this.#call('stop');
  }

  kill(): Promise<void> {
    return Promise.reject(new Error('projections without a thread of their own die with their process'));
  }

  async #start(): Promise<(call: ThreadCall) => Promise<void>> {
    for (;;) {
      try {
        return await startProjectionHost({
          ...this.options,
          credit: () => Promise.resolve(),
          tell: (message) => this.#told(message),
        });
      } catch (error) {
        this.events.onDeath(error instanceof Error ? error : new Error(String(error)));
        await new Promise((resolve) => setTimeout(resolve, restartAfter));
      }
    }
  }

  #told(message: ThreadMessage): void {
    if (message.type !== 'answer') {
      this.events.onMessage(message);
      return;
    }
    const call = this.#calls.get(message.id);
    this.#calls.delete(message.id);
    if (message.error === undefined) call?.resolve(message.value);
    else call?.reject(new Error(message.error));
  }

  async #call(method: keyof ThreadCalls, ...values: (string | number)[]): Promise<unknown> {
    const answer = await this.#host;
    const id = this.#nextId++;
    const call = Promise.withResolvers<unknown>();
    this.#calls.set(id, call);
    void answer({ id, method, values });
    return call.promise;
  }
}
