import { randomUUID } from 'node:crypto';
import { type ClientOptions, memoryStore, ParleyClient, ParleyClientError } from '@parley/client';
import { Arrivals } from '../../demo/record/arrivals.js';
import type { Random } from '../../demo/logs/random.js';
import { leanFetch } from '../../demo/stage/http.js';
import { insist } from '../../demo/stage/insist.js';
import { Wires } from '../../demo/stage/wire.js';
import { password } from '../../kit/people.js';

/** Messages that a device keeps of each conversation: all that are said in a load. */
const keptMessages = 5_000;

/** Somebody with two devices: one that asks for things, and one that only looks and is connected all the time. */
export class Participant {
  readonly username: string;
  /** Known once they are registered. */
  userId = '';
  /** By conversation: what the listening device has shown as new, in that order. */
  readonly shown = new Map<string, Arrivals>();
  readonly #writerStore = memoryStore();
  readonly #listenerStore = memoryStore();
  readonly #wires = new Wires(() => undefined);
  readonly #listenerWires = new Wires(() => undefined);
  #writer: ParleyClient | null = null;
  #listener: ParleyClient | null = null;

  constructor(
    private readonly url: string,
    name: string,
    private readonly random: Random,
  ) {
    this.username = `${name}-${randomUUID().slice(0, 8)}`;
  }

  /** @throws Error while it is not connected */
  get writer(): ParleyClient {
    return connected(this.#writer);
  }

  /** @throws Error while it is not connected */
  get listener(): ParleyClient {
    return connected(this.#listener);
  }

  /** Once, with both devices. */
  async register(): Promise<void> {
    const { username } = this;
    const writer = new ParleyClient(this.#writerOptions(1));
    await insist(() => writer.register({ username, password, deviceName: 'writer' })).catch((error: unknown) => {
      // The answer to a registration was lost.
      if (!(error instanceof ParleyClientError) || error.code !== 'username_taken') throw error;
      return insist(() => writer.logIn({ username, password, deviceName: 'writer' }));
    });
    const listener = new ParleyClient(this.#listenerOptions());
    await insist(() => listener.logIn({ username, password, deviceName: 'listener' }));
    this.userId = (await writer.session.current())?.userId ?? '';
  }

  /** Resolves when both devices are, and have caught up. `pipeline`: messages under way at once. */
  async connect(pipeline = 1): Promise<void> {
    const writer = new ParleyClient(this.#writerOptions(pipeline));
    const listener = new ParleyClient(this.#listenerOptions());
    this.#writer = writer;
    this.#listener = listener;
    listener.on('message', ({ conversationId, sequence }) => this.#shownIn(conversationId).add(sequence));
    await Promise.all([writer.connect(), listener.connect()]);
  }

  /** The writing device loses its network, and with it answers that are on their way; it comes back by itself. */
  cut(): void {
    this.#wires.cut();
  }

  /** What both devices know stays in their stores. */
  async close(): Promise<void> {
    await Promise.all([this.#writer?.close(), this.#listener?.close()]);
  }

  #shownIn(conversationId: string): Arrivals {
    let arrivals = this.shown.get(conversationId);
    if (arrivals === undefined) {
      arrivals = new Arrivals();
      this.shown.set(conversationId, arrivals);
    }
    return arrivals;
  }

  #writerOptions(pipeline: number): ClientOptions {
    return {
      ...this.#options(this.#wires),
      store: this.#writerStore,
      sync: false,
      pipeline,
      maxPending: 1_000_000,
      // Asked once: whoever repeats has to know that an answer was lost.
      commandTimeoutMs: 1,
    };
  }

  #listenerOptions(): ClientOptions {
    const limits = { messages: keptMessages };
    return { ...this.#options(this.#listenerWires), store: this.#listenerStore, limits };
  }

  #options(wires: Wires): ClientOptions {
    return {
      url: this.url,
      environment: { fetch: leanFetch, random: () => this.random.next(), WebSocket: wires.WebSocket },
      connection: { backoffCapMs: 3_000 },
    };
  }
}

function connected(client: ParleyClient | null): ParleyClient {
  if (client === null) throw new Error('the device was never connected');
  return client;
}
