import type { PeopleReader } from '@parley/ports';
import type { ReadConnection } from '../reading/read-connection.js';
import type { ReadFiles } from '../reading/read-files.js';
import { wordsOfName } from './names.js';

export interface PersonRow {
  readonly id: string;
  readonly username: string;
  readonly display_name: string;
  readonly about: string | null;
}

const columns = 'p.id, p.username, p.display_name, p.about';
/** Words of a query that are looked at; further ones are left out. */
const maxWords = 5;
/** People of one word that are compared with the other words. */
const maxCandidates = 1_000;

export const personJson = (row: PersonRow): string =>
  JSON.stringify({ id: row.id, username: row.username, displayName: row.display_name, about: row.about });

export function findPerson(db: ReadConnection, userId: string): string | null {
  const row = db.get<PersonRow>(`SELECT ${columns} FROM people.people p WHERE id = ?`, userId);
  return row === undefined ? null : personJson(row);
}

export class SqlitePeopleReader implements PeopleReader {
  constructor(private readonly files: ReadFiles) {}

  async byIds(userIds: readonly string[]): Promise<readonly string[]> {
    return this.#read((db) => userIds.map((id) => findPerson(db, id)).filter((json) => json !== null));
  }

  async byUsername(username: string): Promise<string | null> {
    return this.#read((db) => {
      const row = db.get<PersonRow>(
        `SELECT ${columns} FROM people.people p WHERE username = ? ORDER BY registered LIMIT 1`,
        username,
      );
      return row === undefined ? null : personJson(row);
    });
  }

  /** Everybody who has a word beginning with each word of the query, by username, then by id. */
  async find(query: string, limit: number): Promise<readonly string[]> {
    const [first, ...others] = wordsOfName(query)
      .slice(0, maxWords)
      .toSorted((a, b) => b.length - a.length);
    if (first === undefined) return [];
    return this.#read((db) => {
      const also = others
        .map(() => 'AND EXISTS (SELECT 1 FROM people.words o WHERE o.id = p.id AND o.word >= ? AND o.word < ?)')
        .join(' ');
      const rows = db.all<PersonRow>(
        `SELECT ${columns} FROM people.people p
         WHERE p.id IN (SELECT id FROM people.words WHERE word >= ? AND word < ? LIMIT ${maxCandidates}) ${also}
         ORDER BY p.username, p.id LIMIT ?`,
        ...[first, ...others].flatMap(prefixBounds),
        limit,
      );
      return rows.map(personJson);
    });
  }

  async presenceVisibility(userId: string): Promise<'shared' | 'nobody'> {
    return this.#read((db) => {
      const row = db.get<{ visibility: 'shared' | 'nobody' }>(
        'SELECT visibility FROM people.people WHERE id = ?',
        userId,
      );
      return row?.visibility ?? 'shared';
    });
  }

  #read<T>(work: (db: ReadConnection) => T): T {
    const db = this.files.open('people');
    return db.snapshot(['people'], () => work(db));
  }
}

/** All texts that begin with it lie from the first to before the second. */
const prefixBounds = (prefix: string): readonly [string, string] => [prefix, `${prefix}\u{10FFFF}`];
