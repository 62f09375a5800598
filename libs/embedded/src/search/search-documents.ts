import { tokenText } from '@parley/platform/search';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { conversationFacet, flag } from './search-rows.js';

/** A message as the index has it. */
export interface SearchDocument {
  readonly position: number;
  readonly sequence: number;
  readonly senderId: string;
  /** Milliseconds since 1970 UTC. */
  readonly time: number;
  /** Folded tokens; none of a removed message, or of one that the server cannot read. */
  readonly words: readonly string[];
  readonly hasMention: boolean;
}

interface Row {
  readonly position: number;
  readonly sequence: number;
  readonly senderId: string;
  readonly time: number;
  readonly tokens: string;
  readonly flags: number;
}

const wordsIn = (tokens: string): readonly string[] => [...new Set(tokens.split(' ').filter((token) => token !== ''))];

/** Everything that one search file holds, for whoever checks it: no windows are applied. */
export class SearchDocuments {
  readonly #db: DatabaseSync;
  readonly #number: StatementSync;
  readonly #page: StatementSync;
  readonly #finds: StatementSync;
  readonly #position: StatementSync;

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { readOnly: true, timeout: 1_000 });
    this.#number = this.#db.prepare('SELECT number FROM names WHERE name = ?');
    // Numbers arrive as floating ones, which the index takes for none.
    // By the index itself: a message that is not in it is not found here, whatever its row says.
    this.#page = this.#db.prepare(
      `SELECT m.position, m.sequence, n.name AS senderId, m.time, m.tokens, m.flags
         FROM search_index i CROSS JOIN messages m ON m.position = i.rowid JOIN names n ON n.number = m.sender
        WHERE i.search_index MATCH ? AND i.rowid > CAST(? AS INTEGER) ORDER BY i.rowid LIMIT ?`,
    );
    this.#finds = this.#db.prepare(
      'SELECT 1 FROM search_index WHERE search_index MATCH ? AND rowid = CAST(? AS INTEGER)',
    );
    this.#position = this.#db.prepare('SELECT position FROM progress');
  }

  /** Everything up to here is in it. */
  position(): number {
    return (this.#position.get() as { position: number }).position;
  }

  /** Of one conversation, in the order of its messages; `after`: a position. */
  async page(conversationId: string, after: number, limit: number): Promise<readonly SearchDocument[]> {
    const name = this.#number.get(conversationId) as { number: number } | undefined;
    if (name === undefined) return [];
    const rows = this.#page.all(conversationFacet(name.number), after, limit) as unknown as readonly Row[];
    return rows.map(({ tokens, flags, ...row }) => ({
      ...row,
      words: wordsIn(tokens),
      hasMention: (flags & flag.mention) !== 0,
    }));
  }

  /** Do these words, each of them, lead to the message of this position? Without words: no. */
  async finds(position: number, words: readonly string[]): Promise<boolean> {
    if (words.length === 0) return false;
    return this.#finds.get(words.map((word) => `"${word}"`).join(' AND '), position) !== undefined;
  }

  /** The words by which a text is found. */
  wordsOf(text: string): readonly string[] {
    return wordsIn(tokenText(text));
  }

  close(): void {
    this.#db.close();
  }
}
