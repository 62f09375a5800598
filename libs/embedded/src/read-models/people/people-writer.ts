import type { PeopleOperation } from '@parley/ports';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Rejections } from '../files/rejections.js';
import type { RowWriter } from '../files/sqlite-projection.js';
import { wordsOfName } from './names.js';

interface Person {
  readonly username: string;
  readonly display_name: string;
}

export class PeopleWriter implements RowWriter<PeopleOperation> {
  readonly #find: StatementSync;
  readonly #add: StatementSync;
  readonly #change: StatementSync;
  readonly #dropWords: StatementSync;
  readonly #addWord: StatementSync;

  constructor(db: DatabaseSync) {
    this.#find = db.prepare('SELECT username, display_name FROM people WHERE id = ?');
    this.#add = db.prepare(
      `INSERT INTO people (id, username, registered, display_name, visibility) VALUES (?, ?, ?, ?, 'shared')
       ON CONFLICT DO NOTHING`,
    );
    this.#change = db.prepare(
      `UPDATE people SET display_name = coalesce(?, display_name), about = coalesce(?, about),
         visibility = coalesce(?, visibility), changed = max(coalesce(changed, 0), ?)
       WHERE id = ?`,
    );
    this.#dropWords = db.prepare('DELETE FROM words WHERE id = ?');
    this.#addWord = db.prepare('INSERT INTO words VALUES (?, ?) ON CONFLICT DO NOTHING');
  }

  write(operations: readonly PeopleOperation[]): void {
    const rejections = new Rejections();
    for (const operation of operations) {
      const { position, userId } = operation;
      switch (operation.type) {
        case 'register':
          this.#add.run(userId, operation.username, position, operation.displayName);
          break;
        case 'change-profile': {
          const { displayName = null, about = null, presenceVisibility = null } = operation;
          const { changes } = this.#change.run(displayName, about, presenceVisibility, position, userId);
          if (changes === 0) rejections.add(position, `there is no person ${userId}`);
          break;
        }
        default:
          throw new TypeError(`no rule for ${JSON.stringify(operation satisfies never)}`);
      }
      this.#index(userId);
    }
    rejections.throwIfAny();
  }

  forget(): void {
    // Nothing is kept between batches.
  }

  #index(userId: string): void {
    const person = this.#find.get(userId) as unknown as Person | undefined;
    if (person === undefined) return;
    this.#dropWords.run(userId);
    for (const word of wordsOfName(`${person.username} ${person.display_name}`)) this.#addWord.run(word, userId);
  }
}
