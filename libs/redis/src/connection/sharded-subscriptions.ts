import { randomUUID } from 'node:crypto';
import { type Channels, Listeners } from './channels.js';
import type { CommandLink } from './command-link.js';
import { withDeadline } from './deadline.js';
import type { FailureLog } from './failure-log.js';
import { keepConnected, type RedisClient } from './redis-clients.js';

const pulseEveryMs = 1_000;
/** A channel whose pulse was not heard for this long is subscribed to anew. */
const silentMs = 3_000;
/** And after this long all connections are made anew. */
const reconnectAfterMs = 10_000;
const subscribeTimeoutMs = 1_000;

interface Shard {
  readonly pulse: string;
  heardAt: number;
  triedAt: number;
}

/**
 * Channels of a cluster that live on one node each (`SSUBSCRIBE`), so that a message does not travel to all nodes. The
 * client moves them by itself when slots move but does not tell whether that worked. So each channel has a pulse: a
 * channel of our own in the same slot, which we send to and must hear.
 */
export class ShardedSubscriptions implements Channels {
  readonly #listeners: Listeners;
  readonly #end: () => void;
  readonly #shards = new Map<string, Shard>();
  readonly #byPulse = new Map<string, Shard>();
  readonly #id = randomUUID();
  readonly #timer: NodeJS.Timeout;
  /** Pulses heard before this moment prove nothing any more. */
  #brokenAt = 0;
  #listening = false;
  #closed = false;

  constructor(
    private readonly client: RedisClient,
    private readonly link: CommandLink,
    private readonly failures: FailureLog,
  ) {
    this.#end = keepConnected(client);
    this.#listeners = new Listeners((error) => failures.report('listen', error));
    client.on('error', (error: unknown) => failures.report('subscribe', error));
    client.on('smessage', (channel: string, message: string) => this.#onMessage(channel, message));
    for (const event of ['close', 'end', '-node', 'node error', '-subscriber']) client.on(event, () => this.#broken());
    client.on('ready', () => this.#beat());
    this.#timer = setInterval(() => this.#beat(), pulseEveryMs).unref();
  }

  get listening(): boolean {
    return this.#listening;
  }

  /** The name carries its slot in braces. */
  subscribe(channel: string, listener: (message: string) => void): () => void {
    const remove = this.#listeners.add(channel, listener);
    if (!this.#shards.has(channel)) this.#add(channel);
    return () => {
      if (remove()) this.#remove(channel);
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

  #add(channel: string): void {
    const shard: Shard = { pulse: `${this.#id}:${channel}`, heardAt: -Infinity, triedAt: -Infinity };
    this.#shards.set(channel, shard);
    this.#byPulse.set(shard.pulse, shard);
    this.#listening = false;
    if (this.client.status === 'ready') setImmediate(() => this.#beat());
  }

  #remove(channel: string): void {
    const shard = this.#shards.get(channel);
    if (shard === undefined) return;
    this.#shards.delete(channel);
    this.#byPulse.delete(shard.pulse);
    if (this.client.status !== 'ready') return;
    for (const name of [channel, shard.pulse]) this.client.sunsubscribe(name).catch(() => {});
  }

  #broken(): void {
    this.#listening = false;
    this.#brokenAt = performance.now();
  }

  #onMessage(channel: string, message: string): void {
    const shard = this.#byPulse.get(channel);
    if (shard === undefined) {
      this.#listeners.tell(channel, message);
      return;
    }
    shard.heardAt = performance.now();
    if (this.#listening) return;
    for (const { heardAt } of this.#shards.values()) if (heardAt <= this.#brokenAt) return;
    this.#listening = true;
    this.#listeners.tellListening();
  }

  #beat(): void {
    if (this.#closed || this.client.status !== 'ready') return;
    const now = performance.now();
    for (const [channel, shard] of this.#shards) {
      if (now - shard.heardAt > silentMs && now - shard.triedAt > silentMs) {
        this.#listening = false;
        shard.triedAt = now;
        void this.#subscribe(channel, shard);
      } else void this.link.attempt('pulse', (client) => client.spublish(shard.pulse, ''));
    }
    const longest = Math.min(...[...this.#shards.values()].map(({ heardAt }) => heardAt));
    if (this.link.available && Number.isFinite(longest) && now - longest > reconnectAfterMs) {
      for (const shard of this.#shards.values()) shard.heardAt = now;
      this.client.disconnect(true);
    }
  }

  /** Ends the subscription first: the client would keep the channel twice otherwise. */
  async #subscribe(channel: string, shard: Shard): Promise<void> {
    try {
      for (const name of [channel, shard.pulse]) {
        await withDeadline(this.client.sunsubscribe(name), subscribeTimeoutMs).catch(() => {});
        if (this.#closed || !this.#shards.has(channel)) return;
        await withDeadline(this.client.ssubscribe(name), subscribeTimeoutMs);
      }
      await this.link.attempt('pulse', (client) => client.spublish(shard.pulse, ''));
    } catch (error) {
      if (!this.#closed) this.failures.report('subscribe', error);
    }
  }
}
