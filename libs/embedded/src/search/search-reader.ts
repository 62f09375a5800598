import { isMember, sees, type SequenceWindow } from '@parley/events';
import { hasLink, matchesTerms, tokenText } from '@parley/platform/search';
import {
  type HistoryReader,
  type MembershipReader,
  ReadModelUnavailable,
  type SearchHit,
  type SearchPage,
  type SearchQuery,
  type SearchReader,
} from '@parley/ports';
import { existsSync } from 'node:fs';
import { QueryThread } from './query-thread.js';
import type { Candidate, ScanAnswer, ScanRequest } from './scan-request.js';

export interface SearchReaderOptions {
  /** The file of the generation that serves now; null: there is none yet. Asked for each search. */
  readonly file: () => string | null;
  readonly membership: Pick<MembershipReader, 'membership' | 'conversationsOf'>;
  readonly history: Pick<HistoryReader, 'message'>;
  /** Searches that may wait for their turn. Default 64. */
  readonly maxWaiting?: number;
}

/** Rows a search may look at, all its rounds together, and for how long: about 10 ms on an idle machine. */
const rowBudget = 8_192;
const rankedRowBudget = 3_072;
const timeBudgetMs = 10;
/** Rounds to the thread: each learns the windows of the conversations that came up in the one before. */
const maxRounds = 6;
/** By relevance one round has the whole order; candidates that are then judged. */
const rankedCandidates = 300;

/**
 * Message search over the file of the projection. The thread proposes; here each candidate is judged by membership as
 * it is at this moment and by history, which alone knows what a message says now.
 */
export class SqliteSearchReader implements SearchReader {
  readonly #thread: QueryThread;

  constructor(private readonly options: SearchReaderOptions) {
    this.#thread = new QueryThread(options.maxWaiting ?? 64);
  }

  async search(query: SearchQuery): Promise<SearchPage> {
    const path = this.options.file();
    if (path === null || !existsSync(path)) throw new ReadModelUnavailable('search is not there yet');
    const { position, conversationIds } = await this.options.membership.conversationsOf(query.userId);
    const wanted = query.in === undefined ? conversationIds : conversationIds.filter((id) => query.in?.includes(id));
    if (wanted.length === 0 || query.from?.length === 0) return { hits: [], next: null, asOf: position };
    const search = new Search(query, wanted, this.options);
    return query.order === 'newest'
      ? search.newest((request) => this.#thread.scan(path, request))
      : search.ranked((request) => this.#thread.scan(path, request));
  }

  async close(): Promise<void> {
    await this.#thread.close();
  }
}

type Scan = (request: ScanRequest) => ReturnType<QueryThread['scan']>;

/** One search: what was learned about the searcher's windows, and the hits so far. */
class Search {
  readonly #windows = new Map<string, readonly SequenceWindow[]>();
  readonly #hits: SearchHit[] = [];
  readonly #deadline = performance.now() + timeBudgetMs;
  #budget: number;

  constructor(
    private readonly query: SearchQuery,
    private readonly conversationIds: readonly string[],
    private readonly sources: Pick<SearchReaderOptions, 'membership' | 'history'>,
  ) {
    this.#budget = query.order === 'newest' ? rowBudget : rankedRowBudget;
  }

  async newest(scan: Scan): Promise<SearchPage> {
    const { limit, cursor } = this.query;
    let below: number | null = cursor?.position ?? null;
    let asOf = 0;
    for (let round = 0; round < maxRounds && this.#budget > 0; round++) {
      if (round > 0 && performance.now() >= this.#deadline) break;
      // A few more than asked for: some may prove invisible.
      const answer = await scan(this.#request({ below, wanted: limit - this.#hits.length + 8 }));
      this.#budget -= answer.examined;
      asOf = answer.asOf;
      const last = await this.#judge(answer.candidates);
      if (last !== null) return this.#page(asOf, isEnd(answer, last) ? null : last);
      below = answer.reached;
      if (below === null) return this.#page(asOf, null);
    }
    return this.#page(asOf, below);
  }

  /** The set that competes is fixed by the first page: what comes later is above `top`. */
  async ranked(scan: Scan): Promise<SearchPage> {
    const { cursor } = this.query;
    const rankedAfter = cursor?.rank === undefined ? null : { rank: cursor.rank, position: cursor.position };
    const below = cursor?.top === undefined ? null : cursor.top + 1;
    const answer = await scan(this.#request({ below, rankedAfter, wanted: rankedCandidates }));
    const top = cursor?.top ?? answer.asOf;
    const full = await this.#judge(answer.candidates);
    const last = full ?? answer.candidates.at(-1)?.position;
    if (last === undefined || isEnd(answer, last)) return this.#page(answer.asOf, null);
    const at = answer.candidates.find((candidate) => candidate.position === last);
    return { hits: this.#hits, next: { position: last, rank: at?.rank ?? 0, top }, asOf: answer.asOf };
  }

  #page(asOf: number, next: number | null): SearchPage {
    return { hits: this.#hits, next: next === null ? null : { position: next }, asOf };
  }

  #request(part: Pick<ScanRequest, 'below' | 'wanted'> & Partial<ScanRequest>): ScanRequest {
    const { terms, from, before, after, hasLink: link, hasMention, order } = this.query;
    return {
      terms,
      conversationIds: this.conversationIds,
      windows: Object.fromEntries(this.#windows),
      from: from ?? null,
      before: before ?? null,
      after: after ?? null,
      hasLink: link ?? false,
      hasMention: hasMention ?? false,
      order,
      rankedAfter: null,
      budget: this.#budget,
      milliseconds: Math.max(1, this.#deadline - performance.now()),
      ...part,
    };
  }

  /** Takes hits until the page is full: then the position of the candidate it became full at. */
  async #judge(candidates: readonly Candidate[]): Promise<number | null> {
    for (const candidate of candidates) {
      const hit = await this.#hitOf(candidate);
      if (hit !== null) this.#hits.push(hit);
      if (this.#hits.length >= this.query.limit) return candidate.position;
    }
    return null;
  }

  async #hitOf(candidate: Candidate): Promise<SearchHit | null> {
    const { conversationId, sequence } = candidate;
    const windows = await this.#windowsIn(conversationId);
    if (!isMember(windows) || !sees(windows, sequence)) return null;
    const { json } = await this.sources.history.message(conversationId, sequence, this.query.upTo);
    return json !== null && this.#stillMatches(json) ? { ...candidate, message: json } : null;
  }

  async #windowsIn(conversationId: string): Promise<readonly SequenceWindow[]> {
    const known = this.#windows.get(conversationId);
    if (known !== undefined) return known;
    const membership = await this.sources.membership.membership(conversationId, this.query.userId);
    const windows = membership === null || membership.role === null ? [] : membership.windows;
    this.#windows.set(conversationId, windows);
    return windows;
  }

  /** History may be ahead of the index: an edit or deletion counts at once. */
  #stillMatches(json: string): boolean {
    const message = JSON.parse(json) as StoredMessage;
    if (message.deletedAt !== undefined || message.content === undefined) return false;
    const text = message.content.type === 'text.v1' ? (message.content.text ?? '') : '';
    if (this.query.hasLink === true && !hasLink(text)) return false;
    if (this.query.hasMention === true && (message.mentions ?? []).length === 0) return false;
    return matchesTerms(tokenText(text), this.query.terms);
  }
}

/** Was this the last candidate of all? */
const isEnd = (answer: ScanAnswer, position: number): boolean =>
  answer.reached === null && answer.candidates.at(-1)?.position === position;

/** What this reads of a message view. */
interface StoredMessage {
  readonly content?: { readonly type: string; readonly text?: string };
  readonly mentions?: readonly string[];
  readonly deletedAt?: string;
}
