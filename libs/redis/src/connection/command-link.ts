import { createHash } from 'node:crypto';
import { DeadlineExceeded, withDeadline } from './deadline.js';
import type { FailureLog } from './failure-log.js';
import { keepConnected, type RedisClient, type RedisCommands } from './redis-clients.js';

/** Redis does not answer, or refuses: the feature that needed it degrades. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

/** A Lua script; Redis keeps it by its hash and is sent the text only when it does not know it. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}
export const script = (text: string): Script => ({ text, sha: createHash('sha1').update(text).digest('hex') });

/** How long a command may take, milliseconds. */
const commandTimeoutMs = 500;
const probeEveryMs = 300;
const probeTimeoutMs = 2_000;
/** A slow server is still sent to what needs no answer. */
const slowMs = 3_000;
/** A server that has not answered for this long is connected to anew: its address may lead nowhere any more. */
const reconnectAfterMs = 5_000;

/**
 * Commands with a deadline. Once one has waited in vain, the others are refused at once until the server answers a
 * probe: a frozen server costs the deadline once, not for every request.
 */
export class CommandLink {
  #silentSince: number | null = null;
  #probeTimer: NodeJS.Timeout | undefined;
  #pending = 0;
  #idle: (() => void) | undefined;
  #closed = false;
  readonly #end: () => void;

  constructor(
    private readonly client: RedisClient,
    private readonly failures: FailureLog,
  ) {
    this.#end = keepConnected(client);
    client.on('error', (error: unknown) => this.failures.report('connect', error));
    client.on('node error', (error: unknown) => this.failures.report('connect', error));
    client.on('ready', () => this.failures.recovered());
  }

  /** false: a command would be refused at once. */
  get available(): boolean {
    return !this.#closed && this.#silentSince === null && this.client.status === 'ready';
  }

  /** It answers, if only slowly, or did a moment ago: what needs no answer may be sent, as much as memory allows. */
  get reachable(): boolean {
    if (this.#closed || this.client.status !== 'ready') return false;
    return this.#silentSince === null || performance.now() - this.#silentSince < slowMs;
  }

  /**
   * For what needs no answer; resolves when there is one all the same.
   * @throws RedisUnavailable when it was not sent, or was refused
   */
  async send(operation: string, command: (client: RedisCommands) => Promise<unknown>): Promise<void> {
    try {
      if (!this.reachable) throw new RedisUnavailable('Redis is out of reach');
      await this.#counted(command(this.client));
    } catch (error) {
      this.failures.report(operation, error);
      throw error instanceof RedisUnavailable ? error : new RedisUnavailable(`${operation} failed`, { cause: error });
    }
  }

  /**
   * Answers within 500 ms.
   * @throws RedisUnavailable
   */
  async run<T>(operation: string, command: (client: RedisCommands) => Promise<T>): Promise<T> {
    try {
      if (!this.available) throw new RedisUnavailable('Redis is out of reach');
      return await this.#counted(withDeadline(command(this.client), commandTimeoutMs));
    } catch (error) {
      this.failures.report(operation, error);
      if (error instanceof DeadlineExceeded) this.#suspect();
      throw error instanceof RedisUnavailable ? error : new RedisUnavailable(`${operation} failed`, { cause: error });
    }
  }

  /** For what may be lost: a failure is counted, nothing else. */
  async attempt<T>(operation: string, command: (client: RedisCommands) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.run(operation, command);
    } catch (error) {
      if (error instanceof RedisUnavailable) return undefined;
      throw error;
    }
  }

  /** All keys of a script lie in one slot: their names share what stands in braces. */
  async evaluate(
    client: RedisCommands,
    { text, sha }: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    try {
      return await client.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.eval(text, keys.length, ...keys, ...args);
    }
  }

  /** Lets commands that are on their way finish, within their deadline, what was gathered in this turn included. */
  async close(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#closed = true;
    clearTimeout(this.#probeTimer);
    if (this.#pending > 0) {
      await withDeadline(new Promise<void>((resolve) => (this.#idle = resolve)), commandTimeoutMs).catch(() => {});
    }
    this.#end();
  }

  async #counted<T>(command: Promise<T>): Promise<T> {
    this.#pending++;
    try {
      return await command;
    } finally {
      if (--this.#pending === 0) this.#idle?.();
    }
  }

  #suspect(): void {
    if (this.#silentSince !== null || this.#closed) return;
    this.#silentSince = performance.now();
    void this.#probe();
  }

  async #probe(): Promise<void> {
    try {
      if (this.client.status === 'ready') {
        await withDeadline(this.client.ping(), probeTimeoutMs);
        this.#silentSince = null;
        this.failures.recovered();
        return;
      }
    } catch (error) {
      this.failures.report('ping', error);
    }
    if (this.#closed || this.#silentSince === null) return;
    if (performance.now() - this.#silentSince > reconnectAfterMs && this.client.status === 'ready') {
      this.client.disconnect(true);
      this.#silentSince = performance.now();
    }
    this.#probeTimer = setTimeout(() => void this.#probe(), probeEveryMs).unref();
  }
}
