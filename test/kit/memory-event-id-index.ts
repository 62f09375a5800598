import type { RecordedEvent } from '@parley/events';
import type { EventIdIndex, EventLogReader, EventPlace, EventSubscription } from '@parley/ports';

/** The index of event ids in memory: follows a log, as far behind as a test wants it, or is away. */
export class MemoryEventIdIndex implements EventIdIndex {
  /** Every question fails while it is set. */
  isAway = false;
  /** How often it was asked for ids. */
  asked = 0;
  readonly #places = new Map<string, EventPlace>();
  readonly #revisions = new Map<string, number>();
  #subscription: EventSubscription | null = null;
  #following: Promise<void> = Promise.resolve();
  #held: PromiseWithResolvers<void> | null = null;

  follow(log: Pick<EventLogReader, 'subscribe'>, after = 0): void {
    const subscription = log.subscribe({ after });
    this.#subscription = subscription;
    this.#following = (async () => {
      for await (const { events } of subscription) {
        await this.#held?.promise;
        for (const event of events) this.add(event);
      }
    })();
  }

  /** Falls behind from now on. */
  hold(): void {
    this.#held ??= Promise.withResolvers<void>();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = null;
  }

  add({ eventId, stream, revision, position }: RecordedEvent): void {
    this.#places.set(eventId, { eventId, stream, revision, position });
    this.#revisions.set(stream, revision);
  }

  async find(eventIds: readonly string[]): Promise<ReadonlyMap<string, EventPlace>> {
    this.#answer();
    this.asked++;
    const found = eventIds.flatMap((id) => this.#places.get(id) ?? []);
    return new Map(found.map((place) => [place.eventId, place]));
  }

  async indexedRevision(stream: string): Promise<number> {
    this.#answer();
    return this.#revisions.get(stream) ?? -1;
  }

  async close(): Promise<void> {
    this.#subscription?.close();
    this.release();
    await this.#following;
  }

  #answer(): void {
    if (this.isAway) throw new Error('the index is away');
  }
}
