import { START, type AllStreamResolvedEvent, type AllStreamSubscription } from '@eventstore/db-client';
import type { Link } from '../client/connection.js';
import { toAllEvent, type StoredEvent } from '../events/coding.js';
import { checkpointOf, pairOf } from '../events/positions.js';
import type { FilterPlan } from '../read/filter-plan.js';
import type { ReadAhead } from './read-ahead.js';

/**
 * One catch-up subscription of the server, poured into a read-ahead for as long as that has room; the rest waits at the
 * server. It never throws inside the client, whose stream would stand still without a word. It ends once, by `onEnd`
 * or `close`.
 */
export class ServerFeed {
  readonly link: Link;
  readonly #subscription: AllStreamSubscription;
  /** A checkpoint that lies behind events which were not poured yet. */
  #reached: number | null = null;
  #isOver = false;

  /** Begins after an event that must be there: after a place where none is the server leaves out the next one. */
  constructor(
    link: Link,
    after: number | 'start',
    private readonly plan: FilterPlan,
    private readonly into: ReadAhead,
    private readonly onNews: () => void,
    private readonly onEnd: (error: unknown) => void,
  ) {
    this.link = link;
    this.#subscription = link.client.subscribeToAll({
      fromPosition: after === 'start' ? START : pairOf(after),
      filter: plan.forServer((_, position) => {
        this.#reached = checkpointOf(position) ?? this.#reached;
        if (this.#subscription.readableLength === 0) this.pour();
      }),
    });
    this.#subscription.on('readable', () => this.pour());
    this.#subscription.on('error', (error) => this.#end(error));
    this.#subscription.on('end', () => this.#end(new Error('the server ended the subscription')));
  }

  /** Goes on once there is room again. */
  pour(): void {
    const before = this.into.considered;
    try {
      while (!this.#isOver && !this.into.isFull) {
        const resolved = this.#subscription.read() as AllStreamResolvedEvent | null;
        if (resolved === null) {
          if (this.#reached !== null) this.into.skipTo(this.#reached);
          this.#reached = null;
          break;
        }
        this.#offer(resolved.event);
      }
    } catch (error) {
      this.#end(error);
    }
    if (!this.#isOver && this.into.considered > before) this.onNews();
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // Later errors of what was given up are nobody's; the listeners stay for them.
    this.#subscription.unsubscribe().catch(() => undefined);
  }

  #offer(stored: StoredEvent | undefined): void {
    const one = stored === undefined ? null : toAllEvent(stored);
    if (one === null) return;
    const { position, event } = one;
    this.into.offer(position, event !== null && this.plan.passes(event) ? event : null);
  }

  #end(error: unknown): void {
    if (this.#isOver) return;
    this.close();
    this.onEnd(error);
  }
}
