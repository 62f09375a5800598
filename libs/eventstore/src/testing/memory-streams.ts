import type { NewEvent, RecordedEvent } from '@parley/events';
import type { Logger } from '@parley/platform';
import { EventLogUnavailable, type EventIdIndex, type EventPlace } from '@parley/ports';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sent, StreamAccess } from '../append/stream-access.js';

/** What becomes of an attempt: as it should; or nobody hears of it, and it is written at once, later or never. */
export type Fate = 'answered' | 'written-unheard' | 'written-later' | 'lost';

/** Streams as a server keeps them, in memory, for any number of writers. Takes an attempt only at the exact revision. */
export class MemoryStreams implements StreamAccess {
  readonly all: RecordedEvent[] = [];
  /** Counts calls of each kind. */
  readonly calls = { send: 0, readOn: 0, readBack: 0 };
  fate: () => Fate = () => 'answered';
  /** Turns of the event loop that a call takes. */
  delay: () => number = () => 1;
  readonly #streams = new Map<string, RecordedEvent[]>();
  readonly #late: (() => void)[] = [];

  events(stream: string): readonly RecordedEvent[] {
    return this.#streams.get(stream) ?? [];
  }

  /** Everything that was on its way arrives. */
  settle(): void {
    for (const land of this.#late.splice(0)) land();
  }

  write(stream: string, events: readonly NewEvent[]): RecordedEvent {
    const recorded = this.#streams.get(stream) ?? [];
    this.#streams.set(stream, recorded);
    for (const event of events) {
      // Rises, with gaps.
      const position = (this.all.at(-1)?.position ?? 100) + 7;
      recorded.push({ ...event, stream, revision: recorded.length, position });
      this.all.push(recorded.at(-1) as RecordedEvent);
    }
    return recorded.at(-1) as RecordedEvent;
  }

  async send(stream: string, expected: number | 'none', events: readonly NewEvent[]): Promise<Sent> {
    this.calls.send++;
    await travel(this.delay());
    const fate = this.fate();
    if (fate === 'written-later') {
      this.#late.push(() => void this.#attempt(stream, expected, events));
      throw new EventLogUnavailable('no answer');
    }
    const sent = fate === 'lost' ? null : this.#attempt(stream, expected, events);
    await travel(this.delay());
    if (sent === null || fate !== 'answered') throw new EventLogUnavailable('no answer');
    return sent;
  }

  async readOn(stream: string, from: number, limit: number): Promise<readonly RecordedEvent[]> {
    this.calls.readOn++;
    await travel(this.delay());
    return this.events(stream).slice(from, from + limit);
  }

  async readBack(stream: string, upTo: number | 'end', limit: number): Promise<readonly RecordedEvent[]> {
    this.calls.readBack++;
    await travel(this.delay());
    const events = this.events(stream);
    const end = upTo === 'end' ? events.length : Math.min(events.length, upTo + 1);
    return events.slice(Math.max(0, end - limit), end);
  }

  #attempt(stream: string, expected: number | 'none', events: readonly NewEvent[]): Sent {
    const head = this.events(stream).length - 1;
    const actual = head === -1 ? 'none' : head;
    if (actual !== expected) return { outcome: 'elsewhere', actual };
    const { revision, position } = this.write(stream, events);
    return { outcome: 'written', revision, position };
  }
}

/** An index of derived ids that is as far behind `MemoryStreams` as it is told to be. */
export class LaggingIndex implements EventIdIndex {
  isAway = false;
  asked = 0;
  /** Turns of the event loop before and after an answer is found. */
  delay: () => number = () => 1;
  readonly #streams: MemoryStreams;
  readonly #places = new Map<string, EventPlace>();
  readonly #revisions = new Map<string, number>();
  #count = 0;

  constructor(streams: MemoryStreams) {
    this.#streams = streams;
  }

  /** Indexes the next events, all by default. */
  advance(events = Infinity): void {
    for (; events > 0 && this.#count < this.#streams.all.length; events--) {
      const { eventId, stream, revision, position } = this.#streams.all[this.#count++] as RecordedEvent;
      this.#places.set(eventId, { eventId, stream, revision, position });
      this.#revisions.set(stream, revision);
    }
  }

  find(eventIds: readonly string[]): Promise<ReadonlyMap<string, EventPlace>> {
    this.asked++;
    return this.#answer(() => {
      const found = eventIds.flatMap((id) => this.#places.get(id) ?? []);
      return new Map(found.map((place) => [place.eventId, place]));
    });
  }

  indexedRevision(stream: string): Promise<number> {
    return this.#answer(() => this.#revisions.get(stream) ?? -1);
  }

  async #answer<T>(find: () => T): Promise<T> {
    await travel(this.delay());
    if (this.isAway) throw new Error('away');
    const answer = find();
    await travel(this.delay());
    return answer;
  }
}

const unheard = (): undefined => undefined;
export const silentLogger = { debug: unheard, info: unheard, warn: unheard, error: unheard } as unknown as Logger;

async function travel(turns: number): Promise<void> {
  for (; turns > 0; turns--) await nextTurn();
}
