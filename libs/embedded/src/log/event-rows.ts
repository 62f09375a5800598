import type { RecordedEvent } from '@parley/events';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { assertUndamaged, EventLogDamaged } from './event-checksum.js';

/** Rows come as arrays: a quarter cheaper than objects. */
export const eventSelect =
  'SELECT e.position, e.stream, e.revision, e.type, e.time, e.event_id, e.data, e.metadata, e.checksum FROM events e';
export type EventRow = readonly [
  position: number,
  stream: number,
  revision: number,
  type: number,
  time: number,
  eventId: string,
  data: string,
  metadata: string,
  checksum: number | null,
];
export const eventColumns = { position: 0, revision: 2, data: 6, metadata: 7 } as const;

/** Stream names kept in memory in each reader. */
const cacheSize = 50_000;

export function prepareRows(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}

/** The log's two dictionaries, read as needed. Ids never change their meaning, so what is known stays right. */
export class Names {
  readonly #streams = new Map<number, string>();
  readonly #types = new Map<number, string>();
  readonly #typeIds = new Map<string, number>();
  readonly #streamById: StatementSync;
  readonly #streamByName: StatementSync;
  readonly #allTypes: StatementSync;

  constructor(db: DatabaseSync) {
    this.#streamById = db.prepare('SELECT name FROM streams WHERE id = ?');
    this.#streamByName = db.prepare('SELECT id FROM streams WHERE name = ?');
    this.#allTypes = db.prepare('SELECT id, name FROM types');
  }

  /** @throws EventLogDamaged when it is not what was written */
  event(row: EventRow): RecordedEvent {
    const [position, stream, revision, type, time, eventId, data, metadata, checksum] = row;
    const named = { type: this.#type(type), stream: this.#stream(stream) };
    const event = { eventId, type: named.type, data, metadata, time, stream: named.stream, revision, position };
    assertUndamaged(event, checksum);
    return event;
  }

  streamId(name: string): number | null {
    return (this.#streamByName.get(name) as { id: number } | undefined)?.id ?? null;
  }

  /** null: no event of this type was ever written. */
  typeId(name: string): number | null {
    if (!this.#typeIds.has(name)) this.#readTypes();
    return this.#typeIds.get(name) ?? null;
  }

  #stream(id: number): string {
    let name = this.#streams.get(id);
    if (name === undefined) {
      name = (this.#streamById.get(id) as { name: string } | undefined)?.name ?? unnamed('stream', id);
      if (this.#streams.size >= cacheSize) this.#streams.clear();
      this.#streams.set(id, name);
    }
    return name;
  }

  #type(id: number): string {
    if (!this.#types.has(id)) this.#readTypes();
    return this.#types.get(id) ?? unnamed('type', id);
  }

  #readTypes(): void {
    for (const { id, name } of this.#allTypes.all() as { id: number; name: string }[]) {
      this.#types.set(id, name);
      this.#typeIds.set(name, id);
    }
  }
}

const unnamed = (what: string, id: number): never => {
  throw new EventLogDamaged(`log.db is damaged: there is no ${what} ${id}: restore it from a backup`);
};
