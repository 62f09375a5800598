import { EventStoreDBClient } from '@eventstore/db-client';
import type { Logger } from '@parley/platform';
import { EventLogUnavailable } from '@parley/ports';
import type { EventStoreAddress } from '../url.js';
import { ownAppendToStream, type AppendToStream } from './own-append.js';

/** How long a connection lives at least: an outage must not make a new one with every call that fails. */
const replaceAfterMs = 500;
/** For each of the steps in which a connection ends. */
const endStepMs = 1_000;

/** One client with its channel, until it looks broken. */
export class Link {
  readonly #client: EventStoreDBClient;
  readonly #append: AppendToStream;
  readonly #madeAt = performance.now();
  readonly #inFlight = new Set<Promise<unknown>>();
  /** Places for appends that are in use: whoever appends counts them. */
  taken = 0;
  #used = false;
  #isOver = false;

  constructor(url: string) {
    this.#client = EventStoreDBClient.connectionString(url);
    this.#append = ownAppendToStream();
  }

  get ageMs(): number {
    return performance.now() - this.#madeAt;
  }

  /** Reads that were under way when it ended look as if they had come to their end: they must not be believed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** For reads and subscriptions; it appends only by `append`. */
  get client(): Omit<EventStoreDBClient, 'appendToStream'> {
    this.#used = true;
    return this.#client;
  }

  append(...call: Parameters<AppendToStream>): ReturnType<AppendToStream> {
    this.#used = true;
    const answer = this.#append.apply(this.#client, call);
    this.#inFlight.add(answer);
    void this.#settled(answer);
    return answer;
  }

  /** Ends what is under way with an error, then the channel, which `dispose` leaves open. Bounded in time. */
  async end(): Promise<void> {
    this.#isOver = true;
    if (!this.#used) return;
    await within(endStepMs, this.#client.dispose());
    // A call that finds the channel closed beneath it throws where nobody can catch it.
    await within(endStepMs, Promise.allSettled(this.#inFlight));
    await within(endStepMs, this.#closeChannel());
  }

  async #settled(answer: Promise<unknown>): Promise<void> {
    await answer.catch(() => undefined);
    this.#inFlight.delete(answer);
  }

  async #closeChannel(): Promise<void> {
    const client = this.#client as unknown as { getChannel(): Promise<{ close(): void }> };
    (await client.getChannel()).close();
  }
}

/**
 * The way to EventStoreDB. The client mends a channel that the server closed, but not one that is silent, nor a failed
 * discovery, which it remembers for ever: then the whole client is replaced.
 */
export class Connection {
  readonly #address: EventStoreAddress;
  readonly #logger: Logger;
  readonly #ending = new Set<Promise<void>>();
  #link: Link;
  #closed = false;

  /** @throws Error for a connection string that cannot be used; never holds the password. */
  constructor(address: EventStoreAddress, logger: Logger) {
    this.#address = address;
    this.#logger = logger;
    try {
      this.#link = new Link(address.url);
    } catch (error) {
      // Without the client's error as its cause: that carries the whole string as a property.
      const { message } = error as Error;
      const secret = address.credentials?.password;
      const tellable = secret === undefined || !decodeURIComponentSafely(message).includes(secret);
      // oxlint-disable-next-line preserve-caught-error
      throw new Error(`EventStoreDB at ${address.where}: ${tellable ? message : 'malformed connection string'}`);
    }
  }

  /** @throws EventLogUnavailable when closed */
  get link(): Link {
    if (this.#closed) throw new EventLogUnavailable('the event log is closed');
    return this.#link;
  }

  /** Leaves a link that looks broken for a new one. What is under way on it fails. */
  replace(link: Link, reason: string): void {
    if (this.#closed || link !== this.#link || link.ageMs < replaceAfterMs) return;
    this.#logger.warn({ where: this.#address.where, reason }, 'the connection to the event log is replaced');
    this.#link = new Link(this.#address.url);
    this.#end(link);
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#end(this.#link);
    }
    await Promise.all(this.#ending);
  }

  #end(link: Link): void {
    const ended = link.end().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}

/** Never rejects. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work.catch(() => undefined), passed]);
  clearTimeout(timer);
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
