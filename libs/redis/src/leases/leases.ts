import { randomUUID } from 'node:crypto';
import type { Logger } from '@parley/platform';
import type { Leases } from '@parley/ports';
import { RedisUnavailable, script } from '../connection/command-link.js';
import { withDeadline } from '../connection/deadline.js';
import type { RedisConnection } from '../connection/redis-connection.js';

export interface RedisLeasesOptions {
  readonly logger: Logger;
  /** A holder that does not renew for this long has lost it, ms. Default 3,000. */
  readonly ttlMs?: number;
  /** How often a lease is renewed or asked for, ms. Default 500. */
  readonly everyMs?: number;
  /** Without Redis for this long, a process works without the lease, ms. Default 10,000. */
  readonly withoutRedisMs?: number;
}

// KEYS: lease. ARGV: holder, time to live (ms). Answers whether it is the holder's.
const takeScript = script(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);
// KEYS: lease. ARGV: holder.
const releaseScript = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`);

/** Work that ended by itself or failed begins anew after this long. */
const againMs = 1_000;
/** How long closing waits for the work to end. */
const closeMs = 5_000;

/**
 * Leases save work, they guard nothing. So who holds one keeps it while Redis cannot be asked, and who has waited for
 * Redis for ten seconds works without one: a Redis that is away costs doubled work, not a standstill. The lease decides
 * again as soon as it answers.
 */
export function createLeases(connection: RedisConnection, options: RedisLeasesOptions): Leases {
  return {
    hold(name, work) {
      const lease = new Lease(connection, name, work, options);
      return { close: () => lease.close() };
    },
  };
}

class Lease {
  readonly #holder = randomUUID();
  readonly #key: string;
  readonly #everyMs: number;
  readonly #ttlMs: number;
  readonly #withoutRedisMs: number;
  readonly #timer: NodeJS.Timeout;
  #work: { readonly abort: AbortController; readonly done: Promise<void> } | null = null;
  /** Since when Redis has not answered. */
  #unansweredSince: number | null = null;
  #restAt = 0;
  #asking = false;
  #closed = false;

  constructor(
    private readonly connection: RedisConnection,
    private readonly name: string,
    private readonly work: (signal: AbortSignal) => Promise<void>,
    private readonly options: RedisLeasesOptions,
  ) {
    const { ttlMs = 3_000, everyMs = 500, withoutRedisMs = 10_000 } = options;
    this.#ttlMs = ttlMs;
    this.#everyMs = everyMs;
    this.#withoutRedisMs = withoutRedisMs;
    this.#key = connection.name('lease', name);
    this.#timer = setInterval(() => void this.#ask(), this.#everyMs).unref();
    void this.#ask();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    const work = this.#work;
    if (work !== null) {
      work.abort.abort();
      await withDeadline(work.done, closeMs).catch(() => {
        this.options.logger.warn({ lease: this.name }, 'work under a lease does not end; going on without it');
      });
    }
    const { commands } = this.connection;
    await commands.attempt('release', (client) =>
      commands.evaluate(client, releaseScript, [this.#key], [this.#holder]),
    );
  }

  async #ask(): Promise<void> {
    if (this.#asking || this.#closed || performance.now() < this.#restAt) return;
    this.#asking = true;
    const { commands } = this.connection;
    try {
      const answer = await commands.run('lease', (client) =>
        commands.evaluate(client, takeScript, [this.#key], [this.#holder, this.#ttlMs]),
      );
      this.#unansweredSince = null;
      if (answer === 1) this.#begin();
      else this.#end();
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) throw error;
      const now = performance.now();
      this.#unansweredSince ??= now;
      if (now - this.#unansweredSince >= this.#withoutRedisMs) this.#begin();
    } finally {
      this.#asking = false;
    }
  }

  #begin(): void {
    if (this.#work !== null || this.#closed) return;
    const abort = new AbortController();
    this.#work = { abort, done: this.#run(abort.signal) };
  }

  /** Somebody else holds it. */
  #end(): void {
    if (this.#work === null || this.#work.abort.signal.aborted) return;
    this.options.logger.info({ lease: this.name }, 'another process holds the lease now');
    this.#work.abort.abort();
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      // Not before it is known that work is under way.
      await Promise.resolve();
      await this.work(signal);
    } catch (error) {
      if (!signal.aborted) this.options.logger.error({ err: error, lease: this.name }, 'work under a lease failed');
    }
    this.#work = null;
    if (!signal.aborted) this.#restAt = performance.now() + againMs;
  }
}
