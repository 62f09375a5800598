import { type Channels, Listeners } from './channels.js';
import { withDeadline } from './deadline.js';
import type { FailureLog } from './failure-log.js';
import { keepConnected, type RedisClient } from './redis-clients.js';

/** Subscribing again to what one is subscribed to is answered at once: it proves that the connection lives. */
const renewEveryMs = 1_000;
const renewalTimeoutMs = 2_000;
/** When renewals have failed for this long the connection is made anew. */
const reconnectAfterMs = 2_000;

/** Ordinary channels over one connection. On a cluster too: its nodes pass the messages on to each other. */
export class ChannelSubscriptions implements Channels {
  readonly #listeners: Listeners;
  readonly #end: () => void;
  readonly #timer: NodeJS.Timeout;
  #listening = false;
  #renewing = false;
  #again = false;
  #soon = false;
  #failingSince: number | null = null;
  #closed = false;

  constructor(
    private readonly client: RedisClient,
    private readonly failures: FailureLog,
  ) {
    this.#end = keepConnected(client);
    this.#listeners = new Listeners((error) => failures.report('listen', error));
    client.on('error', (error: unknown) => failures.report('subscribe', error));
    client.on('message', (channel: string, message: string) => this.#listeners.tell(channel, message));
    for (const event of ['close', 'end', '-node', 'node error']) client.on(event, () => (this.#listening = false));
    client.on('ready', () => this.#renewSoon());
    this.#timer = setInterval(() => void this.#renew(), renewEveryMs).unref();
  }

  get listening(): boolean {
    return this.#listening;
  }

  subscribe(channel: string, listener: (message: string) => void): () => void {
    const isNew = !this.#listeners.has(channel);
    const remove = this.#listeners.add(channel, listener);
    if (isNew) this.#renewSoon();
    return () => {
      if (remove() && this.client.status === 'ready') this.client.unsubscribe(channel).catch(() => {});
    };
  }

  onListening(listener: () => void): () => void {
    return this.#listeners.addListening(listener);
  }

  close(): void {
    this.#closed = true;
    this.#listening = false;
    clearInterval(this.#timer);
    this.#end();
  }

  /** Several new channels of one turn of the event loop are one request. */
  #renewSoon(): void {
    this.#listening = false;
    if (this.#soon) return;
    this.#soon = true;
    setImmediate(() => {
      this.#soon = false;
      void this.#renew();
    });
  }

  async #renew(): Promise<void> {
    this.#again = true;
    if (this.#renewing) return;
    this.#renewing = true;
    while (this.#again && !this.#closed) {
      this.#again = false;
      await this.#renewOnce();
    }
    this.#renewing = false;
  }

  async #renewOnce(): Promise<void> {
    const { channels } = this.#listeners;
    if (channels.length === 0) return;
    if (this.client.status !== 'ready') {
      this.#listening = false;
      this.#failingSince = null;
      return;
    }
    try {
      await withDeadline(this.client.subscribe(...channels), renewalTimeoutMs);
    } catch (error) {
      this.#onFailure(error);
      return;
    }
    this.#failingSince = null;
    if (this.#again || this.#closed || this.#listening || this.client.status !== 'ready') return;
    this.#listening = true;
    this.#listeners.tellListening();
  }

  #onFailure(error: unknown): void {
    if (this.#closed) return;
    this.#listening = false;
    this.failures.report('subscribe', error);
    const now = performance.now();
    this.#failingSince ??= now;
    if (now - this.#failingSince < reconnectAfterMs) return;
    this.#failingSince = null;
    this.client.disconnect(true);
  }
}
