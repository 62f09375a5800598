import type { Logger } from '@parley/platform';
import type { EventBatch, EventSubscription } from '@parley/ports';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Connection } from '../client/connection.js';
import { failureOf } from '../client/failures.js';
import type { AllEvent } from '../events/coding.js';
import { UnusablePosition } from '../events/positions.js';
import { checkpointEvery, type FilterPlan } from '../read/filter-plan.js';
import type { Collected, Pages } from '../read/pages.js';
import { ReadAhead } from './read-ahead.js';
import { ServerFeed } from './server-feed.js';

export interface FollowerContext {
  readonly connection: Connection;
  readonly pages: Pages;
  readonly logger: Logger;
}

export interface FollowerOptions {
  /** Exclusive; 0: from the start. */
  readonly after: number;
  readonly plan: FilterPlan;
  /** Events held at most. */
  readonly readAhead: number;
  /** While the log is away: true waits, for ever; false throws EventLogUnavailable. */
  readonly isPatient: boolean;
}

const firstPage = 256;
/** How long an event that was read is taken for being there: to begin a feed after it. */
const freshMs = 5_000;
/** How soon a silent feed makes one look at the end of the log; doubled each time. */
const quietMs = { patient: { first: 100, longest: 400 }, impatient: { first: 20, longest: 160 } } as const;
const retryMs = { first: 100, longest: 5_000 } as const;
/** A feed that was silent for so long while there was something for it is begun anew. */
const staleMs = 3_000;

/**
 * Follows `$all` from a position on. Each (re)start is one read, which tells an event that is there, and a server
 * subscription after it. The server tells by checkpoints what its filter dropped, but not to the very end: when it falls
 * silent, the rest up to the end is read. Both sources go into one read-ahead that takes each event once.
 */
export class Follower implements EventSubscription {
  readonly #buffer: ReadAhead;
  #feed: ServerFeed | null = null;
  /** Where a feed may begin, and until when (performance.now). */
  #feedFrom: { readonly after: number | 'start'; readonly until: number } | null = null;
  /** Last position of the log as last seen. */
  #end = Infinity;
  #told: { readonly checkpoint: number; readonly live: boolean };
  readonly #quietMs: { readonly first: number; readonly longest: number };
  #quiet: number;
  #retry: number = retryMs.first;
  /** Feeds that ended before they brought anything. */
  #vainFeeds = 0;
  #heardAt = 0;
  #isAway = false;
  #closed = false;
  #news = Promise.withResolvers<void>();

  constructor(
    private readonly context: FollowerContext,
    private readonly options: FollowerOptions,
    private readonly onClose: () => void = () => undefined,
  ) {
    this.#buffer = new ReadAhead(options.after, options.readAhead);
    this.#told = { checkpoint: options.after, live: false };
    this.#quietMs = options.isPatient ? quietMs.patient : quietMs.impatient;
    this.#quiet = this.#quietMs.first;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#dropFeed();
    this.onClose();
    this.#news.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EventBatch, void, void> {
    try {
      for (let batch = await this.next(this.options.readAhead); batch !== null;) {
        yield batch;
        batch = await this.next(this.options.readAhead);
      }
    } finally {
      this.close();
    }
  }

  /** null: closed. @throws EventLogUnavailable unless it is patient */
  async next(most: number): Promise<EventBatch | null> {
    while (!this.#closed) {
      const batch = this.#take(most);
      if (batch !== null) return batch;
      try {
        await this.#advance();
        this.#recovered();
      } catch (error) {
        if (!this.options.isPatient) throw error;
        this.#failed(error);
        await this.#wait(Math.random() * this.#retry);
        this.#retry = Math.min(this.#retry * 2, retryMs.longest);
      }
    }
    return null;
  }

  #take(most: number): EventBatch | null {
    const { events, checkpoint } = this.#buffer.take(most);
    if (events.length > 0) this.#feed?.pour();
    const live = this.#buffer.isEmpty && checkpoint >= this.#end;
    if (checkpoint === this.#told.checkpoint && (!live || this.#told.live)) return null;
    this.#told = { checkpoint, live };
    return { events, checkpoint, live };
  }

  /** One step that may bring something. */
  async #advance(): Promise<void> {
    const { connection } = this.context;
    if (this.options.plan.isEmpty) {
      await this.#lookAtEnd();
      if (this.#buffer.considered === this.#told.checkpoint) await this.#wait(this.#nextQuiet());
      return;
    }
    // A link that was replaced takes its subscriptions along in silence.
    if (this.#feed !== null && this.#feed.link !== connection.link) this.#dropFeed();
    if (this.#feed !== null) {
      if (!(await this.#wait(this.#nextQuiet()))) await this.#lookAtEnd();
      // What else comes in the same turn of the event loop belongs to the same batch.
      else await nextTurn();
    } else if (this.#feedFrom !== null && performance.now() < this.#feedFrom.until) {
      this.#beginFeed(this.#feedFrom.after);
    } else {
      if (this.#vainFeeds > 1) await this.#wait(Math.random() * Math.min(2 ** this.#vainFeeds * 50, retryMs.longest));
      await this.#read();
    }
  }

  async #read(): Promise<void> {
    const { considered } = this.#buffer;
    const page = await this.context.pages.all({
      direction: 'forwards',
      from: considered === 0 ? 'start' : considered,
      limit: firstPage,
    });
    this.#offer(page);
    let after: number | 'start' | undefined = page.items.at(-1)?.position;
    if (after === undefined) {
      const newest = await this.#newest();
      // Written since: the next read finds it.
      if (newest !== null && newest.position > considered) return;
      after = newest?.position ?? 'start';
    }
    this.#feedFrom = { after, until: performance.now() + freshMs };
  }

  #beginFeed(after: number | 'start'): void {
    const { link } = this.context.connection;
    this.#feedFrom = null;
    this.#quiet = this.#quietMs.first;
    this.#heardAt = performance.now();
    this.#feed = new ServerFeed(
      link,
      after,
      this.options.plan,
      this.#buffer,
      () => {
        this.#quiet = this.#quietMs.first;
        this.#heardAt = performance.now();
        this.#vainFeeds = 0;
        this.#wake();
      },
      (error) => {
        this.#feed = null;
        this.#vainFeeds++;
        this.#failed(error);
        const failure = failureOf(error);
        if (failure.kind === 'broken' && !(error instanceof UnusablePosition)) {
          this.context.connection.replace(link, failure.reason);
        }
        this.#wake();
      },
    );
  }

  /** Moves on to the end of the log past what the filter drops, if that is not far. */
  async #lookAtEnd(): Promise<void> {
    try {
      const newest = await this.#newest();
      const { considered } = this.#buffer;
      if (newest === null || newest.position <= considered) this.#end = considered;
      else if (this.options.plan.isEmpty) this.#buffer.skipTo((this.#end = newest.position));
      else {
        const from = considered === 0 ? 'start' : considered;
        const page = await this.context.pages.all({ direction: 'forwards', from, limit: 2 * checkpointEvery });
        if (this.#offer(page) && performance.now() - this.#heardAt > staleMs) this.#dropFeed();
      }
    } catch (error) {
      this.#dropFeed();
      throw error;
    }
  }

  /** True if there was something that the feed has not brought yet. */
  #offer({ items, atEnd }: Collected<AllEvent>): boolean {
    let isNews = false;
    for (const { position, event } of items) {
      const wanted = event !== null && this.options.plan.passes(event) ? event : null;
      if (this.#buffer.offer(position, wanted)) isNews = true;
    }
    if (atEnd) this.#end = this.#buffer.considered;
    return isNews;
  }

  async #newest(): Promise<AllEvent | null> {
    const { items } = await this.context.pages.all({ direction: 'backwards', from: 'end', limit: 1 });
    return items[0] ?? null;
  }

  #dropFeed(): void {
    this.#feed?.close();
    this.#feed = null;
    this.#feedFrom = null;
  }

  #nextQuiet(): number {
    const now = this.#quiet;
    this.#quiet = Math.min(now * 2, this.#quietMs.longest);
    return now;
  }

  #wake(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
    if (this.#closed) this.#news.resolve();
  }

  /** True: something came, or it was closed, before the time was up. */
  async #wait(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const passed = new Promise<false>((resolve) => (timer = setTimeout(resolve, ms, false).unref()));
    const news = this.#news.promise.then(() => true);
    const came = await Promise.race([news, passed]);
    clearTimeout(timer);
    return came;
  }

  #failed(error: unknown): void {
    if (this.#closed || this.#isAway) return;
    this.#isAway = true;
    const fields = { reason: error instanceof Error ? error.message : String(error), from: this.#buffer.considered };
    // The server may end the subscription of a slow consumer: nothing is wrong with it.
    if (failureOf(error).kind === 'unsure')
      this.context.logger.debug(fields, 'a subscription to the event log is resumed');
    else this.context.logger.warn(fields, 'a subscription to the event log broke off and is resumed');
  }

  #recovered(): void {
    if (this.#isAway) this.context.logger.info({ from: this.#buffer.considered }, 'a subscription goes on');
    this.#isAway = false;
    this.#retry = retryMs.first;
  }
}
