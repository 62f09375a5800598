import { isMember, sees, type SequenceWindow } from '@parley/events';
import { relevance } from '@parley/platform/search';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Driver, IndexDrivers, type PositionRange } from './index-drivers.js';
import { rowConditions, type RowConditions } from './row-conditions.js';
import type { Candidate, ScanAnswer, ScanRequest } from './scan-request.js';
import {
  conversationFacet,
  linkFacet,
  mentionFacet,
  senderFacet,
  windowFacet,
  windowOf,
  windowSize,
} from './search-rows.js';

/** Conversations of a searcher up to which rows are narrowed in SQL, and their facets can propose messages. */
const maxFacetConversations = 64;
/** Up to which they are weighed against the words at once; beyond, only when the words propose too much. */
const maxProbedConversations = 4;
const switchAfter = 1_024;
/** What opening a window costs, in rows. */
const rowsPerWindow = 128;
const firstChunk = 128;
const lastChunk = 2_048;
/** Matches that compete by relevance: the newest. */
const maxRanked = 2_000;
/** Ids kept in memory. */
const maxNames = 50_000;
const maxStatements = 64;

type Found = [position: number, conversation: number, sequence: number, tokens?: string];

/**
 * Searches one file, newest first: the index proposes messages, the rows decide, and every row that is looked at is
 * counted, so that a call costs at most its budget whatever was asked. Synchronous: it runs in a thread of its own.
 */
export class SearchScan {
  readonly #db: DatabaseSync;
  readonly #drivers: IndexDrivers;
  readonly #statements = new Map<string, StatementSync>();
  readonly #names = new Map<number, string>();
  readonly #numbers = new Map<string, number>();

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { readOnly: true });
    this.#db.exec('PRAGMA busy_timeout = 1000; PRAGMA cache_size = -16384; PRAGMA mmap_size = 1073741824');
    this.#drivers = new IndexDrivers(this.#db);
  }

  scan(request: ScanRequest): ScanAnswer {
    this.#db.exec('BEGIN');
    try {
      return this.#scan(request);
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  close(): void {
    this.#db.close();
  }

  #scan(request: ScanRequest): ScanAnswer {
    const asOf = (this.#get('SELECT position FROM progress') as { position: number }).position;
    const nothing: ScanAnswer = { candidates: [], reached: null, examined: 0, asOf };
    const senders = request.from === null ? null : this.#numbersOf(request.from);
    if (request.conversationIds.length === 0 || senders?.length === 0) return nothing;
    const small = request.conversationIds.length <= maxFacetConversations;
    const conversations = small ? this.#numbersOf(request.conversationIds) : null;
    if (conversations?.length === 0) return nothing;

    const range = this.#range(request);
    const facets = facetsOf(request, conversations, senders);
    const chosen = this.#drivers.choose(request.terms, facets, range);
    if (chosen === 'none') return nothing;
    const run: Run = {
      request,
      conditions: rowConditions(request, conversations, senders),
      driver: chosen,
      fallback: conversations === null ? null : anyConversation(conversations),
      ...range,
      allowed: new Set(request.conversationIds),
    };
    const answer = request.order === 'newest' ? this.#newest(run) : this.#ranked(run);
    return { ...answer, asOf };
  }

  #newest(run: Run): Omit<ScanAnswer, 'asOf'> {
    const { wanted } = run.request;
    const { found, reached, examined } = this.#collect(run, wanted);
    const candidates = found.slice(0, wanted).map((row) => this.#candidate(row));
    const cut = found.length > wanted;
    return { candidates, reached: cut ? (candidates.at(-1)?.position ?? reached) : reached, examined };
  }

  /** The newest matches in order of relevance. Always all of them: `reached` is told when that was not possible. */
  #ranked(run: Run): Omit<ScanAnswer, 'asOf'> {
    const { terms, rankedAfter, wanted } = run.request;
    const { found, examined } = this.#collect(run, maxRanked);
    const ranked = found
      .slice(0, maxRanked)
      .map((row) => ({ row, rank: relevance(row[3] ?? ' ', terms) }))
      .sort((a, b) => b.rank - a.rank || b.row[0] - a.row[0]);
    const rest =
      rankedAfter === null
        ? ranked
        : ranked.filter(
            ({ row, rank }) => rank < rankedAfter.rank || (rank === rankedAfter.rank && row[0] < rankedAfter.position),
          );
    const candidates = rest.slice(0, wanted).map(({ row, rank }) => ({ ...this.#candidate(row), rank }));
    return { candidates, reached: rest.length > wanted ? (candidates.at(-1)?.position ?? null) : null, examined };
  }

  /**
   * Visible matches from the newest on, until there are more than `enough`, the end is reached, or the budget of rows
   * or of time is spent. By relevance only rows count, because the set must come out the same for the next page, and nearly all are taken at once.
   */
  #collect(run: Run, enough: number): { found: Found[]; reached: number | null; examined: number } {
    const { request } = run;
    const ranked = request.order === 'relevance';
    const deadline = ranked ? Infinity : performance.now() + request.milliseconds;
    const found: Found[] = [];
    let { driver, fallback, below } = run;
    let examined = 0;
    for (
      let size = firstChunk;
      examined < request.budget;
      size = ranked ? request.budget : Math.min(size * 4, lastChunk)
    ) {
      const chunk = this.#chunk(run, driver, below, Math.min(size, request.budget - examined));
      examined += chunk.examined;
      for (const row of chunk.found) if (this.#mayPass(run, row)) found.push(row);
      if (chunk.end) return { found, reached: null, examined };
      below = chunk.lowest;
      if (found.length > enough || performance.now() >= deadline) break;
      if (fallback !== null && examined >= (ranked ? firstChunk : switchAfter) && found.length * 8 < enough) {
        const density = examined / (run.below - below);
        if (this.#drivers.isRarer(fallback, density, { below, above: run.above })) {
          driver = { expression: fallback, windowed: false };
        }
        fallback = null;
      }
    }
    return { found, reached: below, examined };
  }

  #chunk(run: Run, driver: Driver, below: number, size: number): Chunk {
    if (!driver.windowed) return this.#examine(run, driver.expression, { below, above: run.above }, size);
    const { newest } = this.#get('SELECT max(position) AS newest FROM messages WHERE position < ?', below) as {
      newest: number | null;
    };
    if (newest === null || newest <= run.above) return { found: [], examined: 0, lowest: below, end: true };
    const window = windowOf(newest);
    const bottom = Math.max(run.above, window * windowSize - 1);
    const expression = `${windowFacet(window)} AND ${driver.expression ?? ''}`;
    const chunk = this.#examine(run, expression, { below, above: bottom }, size);
    const examined = chunk.examined + rowsPerWindow;
    // The window is through: go on below it.
    return chunk.end ? { ...chunk, examined, lowest: bottom + 1, end: bottom <= run.above } : { ...chunk, examined };
  }

  #examine(run: Run, expression: string | null, { below, above }: PositionRange, size: number): Chunk {
    const { conditions, request } = run;
    const proposed =
      expression === null
        ? `SELECT position FROM messages WHERE position < ? AND position > ? ORDER BY position DESC LIMIT ?`
        : `SELECT rowid AS position FROM search_index WHERE search_index MATCH ?
             AND rowid < CAST(? AS INTEGER) AND rowid > CAST(? AS INTEGER) ORDER BY rowid DESC LIMIT ?`;
    const tokens = request.order === 'relevance' ? ', m.tokens' : '';
    const row = this.#get(
      `SELECT count(*) AS examined, min(p.position) AS lowest,
         json_group_array(json_array(m.position, m.conversation, m.sequence${tokens}))
           FILTER (WHERE ${conditions.sql}) AS found
       FROM (${proposed}) AS p CROSS JOIN messages AS m ON m.position = p.position`,
      ...conditions.values,
      ...(expression === null ? [] : [expression]),
      below,
      above,
      size,
    ) as { examined: number; lowest: number | null; found: string };
    const found = (JSON.parse(row.found) as Found[]).sort((a, b) => b[0] - a[0]);
    return { found, examined: row.examined, lowest: row.lowest ?? below, end: row.examined < size };
  }

  #last(): number {
    return (this.#get('SELECT max(position) AS last FROM messages') as { last: number | null }).last ?? 0;
  }

  #mayPass(run: Run, [, conversation, sequence]: Found): boolean {
    const id = this.#nameOf(conversation);
    if (!run.allowed.has(id)) return false;
    const windows: readonly SequenceWindow[] | undefined = run.request.windows[id];
    return windows === undefined || (isMember(windows) && sees(windows, sequence));
  }

  /** Exclusive bounds of the positions that can match, by cursor and by time. */
  #range({ below, before, after }: ScanRequest): PositionRange {
    let top = Math.min(below ?? Number.MAX_SAFE_INTEGER, this.#last() + 1);
    let bottom = 0;
    if (before !== null) {
      const block = this.#get(
        `SELECT (SELECT min(first) FROM time_blocks AS next WHERE next.first > b.first) AS next FROM time_blocks AS b
         WHERE min_time < ? ORDER BY first DESC LIMIT 1`,
        before,
      ) as { next: number | null } | undefined;
      top = Math.min(top, block === undefined ? 0 : (block.next ?? top));
    }
    if (after !== null) {
      const block = this.#get('SELECT first FROM time_blocks WHERE max_time >= ? ORDER BY first LIMIT 1', after) as
        { first: number } | undefined;
      bottom = block === undefined ? top : block.first - 1;
    }
    return { below: top, above: bottom };
  }

  #candidate([position, conversation, sequence]: Found): Candidate {
    return { position, conversationId: this.#nameOf(conversation), sequence };
  }

  #numbersOf(names: readonly string[]): readonly number[] {
    return names.map((name) => this.#numberOf(name)).filter((number) => number !== null);
  }

  #numberOf(name: string): number | null {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const row = this.#get('SELECT number FROM names WHERE name = ?', name) as { number: number } | undefined;
    if (row === undefined) return null;
    if (this.#numbers.size >= maxNames) this.#numbers.clear();
    this.#numbers.set(name, row.number);
    return row.number;
  }

  #nameOf(number: number): string {
    const known = this.#names.get(number);
    if (known !== undefined) return known;
    const { name } = this.#get('SELECT name FROM names WHERE number = ?', number) as { name: string };
    if (this.#names.size >= maxNames) this.#names.clear();
    this.#names.set(number, name);
    return name;
  }

  #get(sql: string, ...values: (string | number)[]): unknown {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= maxStatements) this.#statements.clear();
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement.get(...values);
  }
}

interface Run extends PositionRange {
  readonly request: ScanRequest;
  readonly conditions: RowConditions;
  readonly driver: Driver;
  /** Proposes everything in the searcher's conversations, when they are few. */
  readonly fallback: string | null;
  readonly allowed: ReadonlySet<string>;
}

interface Chunk {
  readonly found: readonly Found[];
  readonly examined: number;
  readonly lowest: number;
  /** Nothing more is proposed below. */
  readonly end: boolean;
}

const anyConversation = (conversations: readonly number[]): string =>
  conversations.map((number) => `"${conversationFacet(number)}"`).join(' OR ');

function facetsOf(
  request: ScanRequest,
  conversations: readonly number[] | null,
  senders: readonly number[] | null,
): readonly (readonly string[])[] {
  const facets: (readonly string[])[] = [];
  if (conversations !== null && conversations.length <= maxProbedConversations) {
    facets.push(conversations.map(conversationFacet));
  }
  if (senders !== null) facets.push(senders.map(senderFacet));
  if (request.hasLink) facets.push([linkFacet]);
  if (request.hasMention) facets.push([mentionFacet]);
  return facets;
}
