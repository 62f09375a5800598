import { randomUUID } from 'node:crypto';
import type { RedisConnection } from '../connection/redis-connection.js';

/** A message and the bus that sent it, so that it can tell its own. */
interface Envelope {
  readonly from: string;
  readonly message: unknown;
}

/**
 * Messages to all processes that listen. In this process they arrive at once, also without Redis; elsewhere in the order
 * in which one process sent them, or not at all.
 */
export class MessageBus<Message> {
  readonly #id = randomUUID();
  readonly #listeners = new Set<(message: Message) => void>();
  readonly #channel: string;
  readonly #unsubscribe: () => void;

  constructor(
    private readonly connection: RedisConnection,
    name: string,
    /** What came over the wire; undefined when it is nothing of ours. */
    private readonly read: (message: unknown) => Message | undefined,
  ) {
    this.#channel = connection.name(name);
    this.#unsubscribe = connection.channels.subscribe(this.#channel, (text) => this.#receive(text));
  }

  send(message: Message): void {
    this.tell(message);
    const text = JSON.stringify({ from: this.#id, message } satisfies Envelope);
    this.connection.commands
      .send('publish', (client) => client.publish(this.#channel, text))
      .catch(() => {
        // Lost, and counted where it failed.
      });
  }

  /** In this process only. */
  tell(message: Message): void {
    for (const listener of this.#listeners) listener(message);
  }

  subscribe(listener: (message: Message) => void): () => void {
    const own = (message: Message): void => listener(message);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  close(): void {
    this.#unsubscribe();
    this.#listeners.clear();
  }

  #receive(text: string): void {
    const { from, message } = JSON.parse(text) as Envelope;
    if (from === this.#id) return;
    const known = this.read(message);
    if (known === undefined) this.connection.failures.report('decode', new Error('a message of an unknown shape'));
    else this.tell(known);
  }
}
