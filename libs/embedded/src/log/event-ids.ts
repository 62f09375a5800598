import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Ids that wait in memory before they are sorted into the index. */
const capacity = 16_384;
/** Ids sorted in at most at one step, so that no step holds a commit up for more than about a millisecond. */
const stepSize = 512;

/**
 * Event id -> position: exact, for ever. Ids are as good as random, so writing each one to its page of the index at
 * once would write a page an event. They wait in memory instead, parted by their first two digits, and go to the index
 * part by part, round and round: all ids of one part land on the same few pages. After a crash they are read again from
 * the events above the position in `indexed`.
 */
export class EventIds {
  #parts: Map<string, number>[] = [];
  #waiting = 0;
  #part = 0;
  #sorted: string[] = [];
  /** When the current round is through, every event up to here is in the index. */
  #roundUpTo: number;
  #last: number;
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #complete: StatementSync;

  constructor(db: DatabaseSync, last: number) {
    this.#find = db.prepare(`SELECT position FROM event_ids WHERE id = unhex(?, '-')`);
    this.#find.setReturnArrays(true);
    this.#insert = db.prepare(`INSERT OR IGNORE INTO event_ids VALUES (unhex(?, '-'), ?)`);
    this.#complete = db.prepare(`UPDATE indexed SET position = ? WHERE name = 'event_ids'`);
    for (let i = 0; i < 256; i++) this.#parts.push(new Map());
    const waiting = db.prepare(
      `SELECT event_id, position FROM events
       WHERE position > (SELECT position FROM indexed WHERE name = 'event_ids')`,
    );
    waiting.setReturnArrays(true);
    for (const [id, position] of waiting.all() as unknown as [string, number][]) this.#put(id, position);
    this.#last = last;
    this.#roundUpTo = last;
  }

  get waiting(): number {
    return this.#waiting;
  }

  find(id: string): number | undefined {
    const position = this.#partOf(id).get(id);
    if (position !== undefined) return position;
    return (this.#find.get(id) as unknown as [number] | undefined)?.[0];
  }

  add(id: string, position: number): void {
    this.#put(id, position);
    this.#last = position;
  }

  /** Inside a transaction. Sorts in what exceeds the capacity; with `all` one step in any case. */
  step(all = false): void {
    let budget = stepSize;
    while (budget > 0 && this.#waiting > (all ? 0 : capacity)) budget -= this.#sortIn(budget);
    if (all && this.#waiting === 0) this.#complete.run(this.#last);
  }

  #sortIn(budget: number): number {
    const part = this.#parts[this.#part] as Map<string, number>;
    if (this.#sorted.length === 0) this.#sorted = [...part.keys()].sort().toReversed();
    let done = 0;
    for (; done < budget && this.#sorted.length > 0; done++) {
      const id = this.#sorted.pop() as string;
      const position = part.get(id) as number;
      if (this.#insert.run(id, position).changes === 0) this.#assertSame(id, position);
      part.delete(id);
    }
    this.#waiting -= done;
    if (this.#sorted.length === 0) this.#nextPart();
    return done;
  }

  #nextPart(): void {
    this.#part = (this.#part + 1) % 256;
    if (this.#part !== 0) return;
    this.#complete.run(this.#roundUpTo);
    this.#roundUpTo = this.#last;
  }

  /** Ids sorted in shortly before a crash are met again; the same id at another place would be a broken log. */
  #assertSame(id: string, position: number): void {
    const [found] = this.#find.get(id) as unknown as [number];
    if (found !== position) throw new Error(`event id ${id} stands at positions ${found} and ${position}`);
  }

  #put(id: string, position: number): void {
    this.#partOf(id).set(id, position);
    this.#waiting++;
  }

  #partOf(id: string): Map<string, number> {
    return this.#parts[(digit(id.charCodeAt(0)) << 4) | digit(id.charCodeAt(1))] as Map<string, number>;
  }
}

/** Value of a lower-case hexadecimal digit. */
const digit = (code: number): number => (code <= 57 ? code - 48 : code - 87) & 15;
