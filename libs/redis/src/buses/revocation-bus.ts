import { randomUUID } from 'node:crypto';
import type { RevocationBus } from '@parley/ports';
import { script } from '../connection/command-link.js';
import type { RedisConnection } from '../connection/redis-connection.js';

type Revocation = Parameters<RevocationBus['publish']>[0];
interface Entry extends Revocation {
  readonly id: string;
}

/** For how long revocations are kept for gateways that were cut off, and sent again while Redis is away. */
const keptMs = 10 * 60_000;
/** Not yet taken by Redis; beyond it the oldest are lost. */
const maxUnsent = 10_000;
const retryMs = 1_000;

// KEYS: journal. ARGV: channel, entry, how long entries are kept (ms).
const publish = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[1], ARGV[2])
return 1
`);
const journalOf = script(`return redis.call('ZRANGE', KEYS[1], 0, -1)`);

/**
 * Logged-out devices, told to all gateways. In this process at once; the others hear it, or find it in a journal when
 * they can listen again. A revocation that Redis does not take is sent again for ten minutes.
 */
export class RedisRevocationBus implements RevocationBus {
  readonly #listeners = new Set<(revocation: Revocation) => void>();
  /** Ids of what was told here, by when. */
  readonly #told = new Map<string, number>();
  readonly #unsent: { readonly entry: Entry; readonly at: number }[] = [];
  readonly #journal: string;
  readonly #channel: string;
  readonly #ends: readonly (() => void)[];
  #sending = false;
  #retry: NodeJS.Timeout | undefined;
  #caughtUp = false;

  constructor(private readonly connection: RedisConnection) {
    this.#journal = connection.name('revocations');
    this.#channel = connection.name('revoked');
    this.#ends = [
      connection.channels.subscribe(this.#channel, (text) => this.#receive(text, true)),
      connection.channels.onListening(() => void this.#readJournal()),
    ];
  }

  publish(revocation: Revocation): void {
    const entry: Entry = { ...revocation, id: randomUUID() };
    this.#tell(entry);
    if (this.#unsent.push({ entry, at: performance.now() }) > maxUnsent) this.#unsent.shift();
    void this.#send();
  }

  subscribe(listener: (revocation: Revocation) => void): () => void {
    const own = (revocation: Revocation): void => listener(revocation);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#unsent.length = 0;
    for (const end of this.#ends) end();
    this.#listeners.clear();
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    for (let first = this.#unsent[0]; first !== undefined; first = this.#unsent[0]) {
      const text = JSON.stringify(first.entry);
      const { commands } = this.connection;
      const sent = await commands.attempt('revoke', (client) =>
        commands.evaluate(client, publish, [this.#journal], [this.#channel, text, keptMs]),
      );
      if (sent === undefined && performance.now() - first.at < keptMs) break;
      const index = this.#unsent.indexOf(first);
      if (index >= 0) this.#unsent.splice(index, 1);
    }
    this.#sending = false;
    clearTimeout(this.#retry);
    if (this.#unsent.length > 0) this.#retry = setTimeout(() => void this.#send(), retryMs).unref();
  }

  /** What was told while this process could not listen. What lies there at its start is none of its concern. */
  async #readJournal(): Promise<void> {
    const { commands } = this.connection;
    const entries = await commands.attempt('revoked', (client) =>
      commands.evaluate(client, journalOf, [this.#journal], []),
    );
    if (!Array.isArray(entries)) return;
    try {
      for (const text of entries) this.#receive(String(text), this.#caughtUp);
      this.#caughtUp = true;
    } catch (error) {
      this.connection.failures.report('decode', error);
    }
  }

  #receive(text: string, tell: boolean): void {
    const { id, userId, deviceIds } = JSON.parse(text) as Partial<Entry>;
    if (typeof id !== 'string' || typeof userId !== 'string' || !Array.isArray(deviceIds)) {
      this.connection.failures.report('decode', new Error('a revocation of an unknown shape'));
    } else if (tell) this.#tell({ id, userId, deviceIds });
    else this.#remember(id);
  }

  #tell({ id, userId, deviceIds }: Entry): void {
    if (this.#told.has(id)) return;
    this.#remember(id);
    for (const listener of this.#listeners) listener({ userId, deviceIds });
  }

  #remember(id: string): void {
    const now = performance.now();
    this.#told.set(id, now);
    // The journal forgets by another clock: be late rather than early.
    for (const [old, at] of this.#told) {
      if (at > now - 2 * keptMs) break;
      this.#told.delete(old);
    }
  }
}
