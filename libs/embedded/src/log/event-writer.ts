import type { AppendRequest, AppendResult, EventPlace } from '@parley/ports';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { checksumOf } from './event-checksum.js';
import { EventIds } from './event-ids.js';
import type { Mark } from './high-water-mark.js';
import { StreamPositions } from './stream-positions.js';

/**
 * The log's logic, synchronous, on one connection. A call of `appendAll` is one transaction: it returns when that is
 * durable, or throws and nothing of it was written.
 * What it holds in memory (heads of streams, ids not yet indexed, the last position) is dropped with a failed
 * transaction: make a new writer then.
 */
export class EventWriter {
  readonly #ids: EventIds;
  readonly #streams: StreamPositions;
  readonly #types = new Map<string, number>();
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #insert: StatementSync;
  readonly #insertType: StatementSync;
  readonly #placeAt: StatementSync;
  #position: number;
  #checksum: number;

  constructor(db: DatabaseSync) {
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#insertType = db.prepare('INSERT INTO types (name) VALUES (?)');
    this.#placeAt = db.prepare(
      'SELECT s.name AS stream, e.revision FROM events e JOIN streams s ON s.id = e.stream WHERE e.position = ?',
    );
    const last = lastOf(db);
    this.#position = last.position;
    this.#checksum = last.checksum;
    this.#streams = new StreamPositions(db, this.#position);
    this.#ids = new EventIds(db, this.#position);
    for (const row of db.prepare('SELECT id, name FROM types').all() as { id: number; name: string }[]) {
      this.#types.set(row.name, row.id);
    }
  }

  /** Last position that is durable. */
  get position(): number {
    return this.#position;
  }

  /** Where the durable log ends. */
  get mark(): Mark {
    return { position: this.#position, checksum: this.#checksum };
  }

  appendAll(requests: readonly AppendRequest[]): AppendResult[] {
    this.#begin.run();
    const results = requests.map((request) => this.#append(request));
    this.#streams.step(this.#position);
    this.#ids.step();
    this.#commit.run();
    return results;
  }

  /** Completes some of the indexes while nothing else is to do; false: they are complete. */
  tidy(): boolean {
    if (this.#ids.waiting === 0 && this.#streams.waiting(this.#position) === 0) return false;
    this.#begin.run();
    this.#streams.step(this.#position, true);
    this.#ids.step(true);
    this.#commit.run();
    return true;
  }

  #append(request: AppendRequest): AppendResult {
    const known = this.#known(request);
    if (known !== null) return known;
    const { stream, expected, events } = request;
    let head = this.#streams.head(stream);
    const actual = head === null || head.revision < 0 ? 'none' : head.revision;
    if (expected !== 'any' && expected !== actual) return { outcome: 'conflict', actual };
    head ??= this.#streams.create(stream);
    for (const { eventId, type, time, data, metadata } of events) {
      const position = this.#position + 1;
      const revision = head.revision + 1;
      const checksum = checksumOf({ position, stream, revision, type, time, eventId, data, metadata });
      this.#insert.run(position, head.id, revision, this.#type(type), time, eventId, data, metadata, checksum);
      this.#ids.add(eventId, position);
      head.revision = revision;
      this.#position = position;
      this.#checksum = checksum;
    }
    return { outcome: 'appended', revision: head.revision, position: this.#position, repeated: false };
  }

  /** null: none of the ids is in the log. */
  #known({ stream, events }: AppendRequest): AppendResult | null {
    let places: EventPlace[] | null = null;
    for (const { eventId } of events) {
      const position = this.#ids.find(eventId);
      if (position === undefined) continue;
      const at = this.#placeAt.get(position) as { stream: string; revision: number };
      places ??= [];
      places.push({ eventId, stream: at.stream, revision: at.revision, position });
    }
    if (places === null) return null;
    const repeated =
      places.length === events.length &&
      places.every((p, i) => p.stream === stream && (i === 0 || p.position > (places[i - 1] as EventPlace).position));
    if (!repeated) return { outcome: 'duplicate', places };
    const last = places.at(-1) as EventPlace;
    return { outcome: 'appended', revision: last.revision, position: last.position, repeated: true };
  }

  #type(name: string): number {
    let id = this.#types.get(name);
    if (id === undefined) {
      id = Number(this.#insertType.run(name).lastInsertRowid);
      this.#types.set(name, id);
    }
    return id;
  }
}

/** 0: empty, or an event from before there were checksums. */
function lastOf(db: DatabaseSync): Mark {
  const row = db.prepare('SELECT position, checksum FROM events ORDER BY position DESC LIMIT 1').get();
  const { position, checksum } = (row ?? { position: 0, checksum: 0 }) as { position: number; checksum: number | null };
  return { position, checksum: checksum ?? 0 };
}
