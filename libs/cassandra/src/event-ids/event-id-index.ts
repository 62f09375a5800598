import type { EventIdIndex, EventPlace } from '@parley/ports';
import { type CassandraClient, insertAt, mapBounded } from '../client/index.js';
import { isDerivedId } from './derived-id.js';

const insertId = insertAt('event_ids', ['event_id', 'stream', 'revision', 'position']);
const insertStream = insertAt('indexed_streams', ['stream', 'revision']);

/** Ids looked up at once by one call. */
const lookUpConcurrency = 32;

/**
 * Where every event with a derived id stands. Random ids name no command and have no row: they cannot come twice.
 * Written by whoever projects the timeline, with each stretch of a partition, before its checkpoints are saved.
 */
export class CassandraEventIdIndex implements EventIdIndex {
  constructor(private readonly client: CassandraClient) {}

  /**
   * In position order, nothing of a stream left out, whatever its ids. All of it is indexed when it resolves; again, or
   * partly again, changes nothing. @throws ReadModelUnavailable
   */
  async record(events: readonly EventPlace[]): Promise<void> {
    const { client } = this;
    const derived = events.filter(({ eventId }) => isDerivedId(eventId));
    await client.writeAll(
      derived.map(({ eventId, stream, revision, position }) => [
        insertId(position, eventId, stream, revision, position),
      ]),
    );
    // Only now: a stream's revision says that every id below it can be found.
    const ends = new Map(events.map((event) => [event.stream, event]));
    await client.writeAll(
      [...ends.values()].map(({ stream, revision, position }) => [insertStream(position, stream, revision)]),
    );
  }

  /** @throws ReadModelUnavailable */
  async find(eventIds: readonly string[]): Promise<ReadonlyMap<string, EventPlace>> {
    const places = await mapBounded([...new Set(eventIds)].filter(isDerivedId), lookUpConcurrency, async (eventId) => {
      const place = await this.client.readOne<Omit<EventPlace, 'eventId'>>(
        'SELECT stream, revision, position FROM event_ids WHERE event_id = ?',
        [eventId],
      );
      return place === null ? null : { eventId, ...place };
    });
    return new Map(places.filter((place) => place !== null).map((place) => [place.eventId, place]));
  }

  /** @throws ReadModelUnavailable */
  async indexedRevision(stream: string): Promise<number> {
    const row = await this.client.readOne<{ revision: number }>(
      'SELECT revision FROM indexed_streams WHERE stream = ?',
      [stream],
    );
    return row?.revision ?? -1;
  }
}
