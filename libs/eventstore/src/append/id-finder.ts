import { EventLogUnavailable } from '@parley/ports';
import { Deadline } from '../client/deadline.js';
import type { IdLookup } from './id-lookup.js';
import type { InOrder } from './in-order.js';
import type { RecentPlaces } from './recent-places.js';
import type { KnownPlace } from './known-place.js';
import type { TailReader } from './tail-reader.js';

interface FinderContext {
  /** That of the appends. */
  readonly order: InOrder;
  readonly recent: RecentPlaces;
  readonly tails: TailReader;
  readonly lookup: IdLookup;
  readonly timeoutMs: number;
}

type Places = ReadonlyMap<string, KnownPlace>;

/**
 * Where in one stream an event stands, for those who ask without writing: with all that was in the stream before the
 * question, whoever wrote it. Known as appends know it, from memory, the index, and the stream above what is indexed
 * (all of it while the index is away), and in line with them, so that what is read for one is known to the next.
 */
export class IdFinder {
  /** Who asks about a stream before its turn comes shares the look with those who wait already. */
  readonly #rounds = new Map<string, { readonly eventIds: Set<string>; readonly places: Promise<Places> }>();

  constructor(private readonly context: FinderContext) {}

  /** null: nowhere in this stream. @throws EventLogUnavailable */
  async find(eventId: string, stream: string): Promise<KnownPlace | null> {
    let place = this.context.recent.find(eventId);
    if (place === undefined) {
      const round = this.#rounds.get(stream) ?? this.#begin(stream);
      round.eventIds.add(eventId);
      place = (await round.places).get(eventId);
    }
    return place?.stream === stream ? place : null;
  }

  #begin(stream: string): { readonly eventIds: Set<string>; readonly places: Promise<Places> } {
    const deadline = new Deadline(this.context.timeoutMs);
    const eventIds = new Set<string>();
    const places = this.context.order.run(stream, async () => {
      // Everybody who asks in this tick comes along.
      await Promise.resolve();
      this.#rounds.delete(stream);
      return this.#look(stream, [...eventIds], deadline);
    });
    const round = { eventIds, places };
    this.#rounds.set(stream, round);
    return round;
  }

  async #look(stream: string, eventIds: readonly string[], deadline: Deadline): Promise<Places> {
    if (deadline.left === 0) throw new EventLogUnavailable('the look-up waited too long for the appends before it');
    const { recent, tails, lookup } = this.context;
    const known = recent.tail(stream);
    const tail = known ?? recent.begin(stream, -1);
    try {
      await (known === undefined ? tails.begin(tail, deadline) : tails.follow(tail, deadline));
      return await lookup.find(tail, eventIds, deadline);
    } finally {
      recent.release(tail);
    }
  }
}
