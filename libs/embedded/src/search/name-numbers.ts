import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Names kept in memory. */
const maxKnown = 100_000;

/** Ids of conversations and people as numbers, given in the order in which they come up in the log. */
export class NameNumbers {
  readonly #known = new Map<string, number>();
  readonly #find: StatementSync;
  readonly #add: StatementSync;

  constructor(db: DatabaseSync) {
    this.#find = db.prepare('SELECT number FROM names WHERE name = ?');
    this.#add = db.prepare('INSERT INTO names (name) VALUES (?)');
  }

  /** null: never heard of. */
  find(name: string): number | null {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const row = this.#find.get(name) as { number: number } | undefined;
    return row === undefined ? null : this.#remember(name, row.number);
  }

  numberOf(name: string): number {
    return this.find(name) ?? this.#remember(name, Number(this.#add.run(name).lastInsertRowid));
  }

  forget(): void {
    this.#known.clear();
  }

  #remember(name: string, number: number): number {
    if (this.#known.size >= maxKnown) this.#known.clear();
    this.#known.set(name, number);
    return number;
  }
}
