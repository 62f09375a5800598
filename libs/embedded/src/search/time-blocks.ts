import type { DatabaseSync, StatementSync } from 'node:sqlite';

const messagesPerBlock = 2_048;

interface Block {
  first: number;
  messages: number;
  min_time: number;
  max_time: number;
}

/**
 * From when to when each stretch of the log's messages is, so that a search for a day begins near it. Clocks of
 * deciding nodes differ, therefore bounds and not an order.
 */
export class TimeBlocks {
  readonly #last: StatementSync;
  readonly #save: StatementSync;
  readonly #widen: StatementSync;
  #current: Block | null = null;
  #unsaved = false;

  constructor(db: DatabaseSync) {
    this.#last = db.prepare('SELECT * FROM time_blocks ORDER BY first DESC LIMIT 1');
    this.#save = db.prepare('INSERT OR REPLACE INTO time_blocks VALUES (?, ?, ?, ?)');
    this.#widen = db.prepare(
      `UPDATE time_blocks SET min_time = min(min_time, ?1), max_time = max(max_time, ?1)
       WHERE first = (SELECT max(first) FROM time_blocks WHERE first < ?2)`,
    );
  }

  add(position: number, time: number): void {
    this.#current ??= (this.#last.get() as unknown as Block | undefined) ?? null;
    const block = this.#current;
    if (block !== null && position < block.first) {
      this.#addLate(position, time);
      return;
    }
    if (block === null || block.messages >= messagesPerBlock) {
      this.save();
      this.#current = { first: position, messages: 1, min_time: time, max_time: time };
    } else {
      block.messages++;
      block.min_time = Math.min(block.min_time, time);
      block.max_time = Math.max(block.max_time, time);
    }
    this.#unsaved = true;
  }

  /** Before the transaction ends. */
  save(): void {
    const block = this.#current;
    if (block !== null && this.#unsaved) this.#save.run(block.first, block.messages, block.min_time, block.max_time);
    this.#unsaved = false;
  }

  forget(): void {
    this.#current = null;
    this.#unsaved = false;
  }

  /** A parked event that went through later. */
  #addLate(position: number, time: number): void {
    if (this.#widen.run(time, position).changes === 0) this.#save.run(position, 1, time, time);
  }
}
