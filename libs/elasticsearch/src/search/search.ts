import { matchesTerms, relevance } from '@parley/platform/search';
import type { SearchHit, SearchPage, SearchQuery } from '@parley/ports';
import type { SearchDocument } from '../documents/search-document.js';
import type { Candidate, Judge } from './judge.js';
import { maxConversations, type Scanned, type ScanRequest } from './scan.js';

/** Requests of one search: each learns the windows of the conversations that came up in the one before. */
const maxRounds = 6;
/** A further round begins only before this many milliseconds have passed. */
const roundsForMs = 500;
/** Candidates of a round beyond what the page wants: some prove invisible, and then many do. */
const spare = 8;
const maxWanted = 256;
/** By relevance: matches that compete, the newest, and candidates that are then judged. */
const maxRanked = 2_000;
const rankedCandidates = 300;

type Part = Pick<ScanRequest, 'windows' | 'below' | 'top' | 'wanted' | 'pointInTime'>;

/** One call: what was learned about the searcher's windows on the way, and how much of its time is left. */
export class Search {
  readonly #started = performance.now();
  readonly #allowed: ReadonlySet<string> | null;

  constructor(
    private readonly query: SearchQuery,
    conversationIds: readonly string[],
    private readonly asOf: number,
    private readonly judge: Judge,
    private readonly scan: (part: Part) => Promise<Scanned>,
  ) {
    // The engine is told all of them, unless they are too many.
    this.#allowed = conversationIds.length > maxConversations ? new Set(conversationIds) : null;
  }

  async newest(): Promise<SearchPage> {
    const { limit, cursor } = this.query;
    const hits: SearchHit[] = [];
    let below: number | null = cursor?.position ?? null;
    for (let round = 0; round < maxRounds; round++) {
      if (round > 0 && performance.now() - this.#started > roundsForMs) break;
      const wanted = Math.min(maxWanted, (limit - hits.length + spare) * 4 ** round);
      const scanned = await this.scan({ windows: this.judge.windows, below, top: null, wanted });
      const candidates = this.#candidates(scanned.documents);
      const judged = await this.judge.hitsAmong(candidates, limit - hits.length);
      hits.push(...judged.hits);
      if (judged.last !== null) {
        const isEnd = scanned.reached === null && judged.last === candidates.at(-1);
        return { hits, next: isEnd ? null : { position: judged.last.position }, asOf: this.asOf };
      }
      below = scanned.reached;
      if (below === null) break;
    }
    return { hits, next: below === null ? null : { position: below }, asOf: this.asOf };
  }

  /** The set that competes is fixed by the first page: what comes later is above `top`. */
  async ranked(point: string | null): Promise<SearchPage> {
    const { terms, cursor, limit } = this.query;
    const scanned = await this.scan({
      windows: this.judge.windows,
      below: null,
      top: cursor?.top ?? null,
      wanted: maxRanked,
      ...(point === null ? {} : { pointInTime: point }),
    });
    const top = cursor?.top ?? Math.max(this.asOf, scanned.documents[0]?.position ?? 0);
    const after = cursor?.rank === undefined ? null : { rank: cursor.rank, position: cursor.position };
    const ranked = this.#candidates(scanned.documents)
      .map((candidate) => ({ ...candidate, rank: relevance(candidate.tokens, terms) }))
      .filter((candidate) => after === null || byRank(after, candidate) < 0)
      .sort(byRank);
    const best = ranked.slice(0, rankedCandidates);
    const judged = await this.judge.hitsAmong(best, limit);
    const last = judged.last ?? best.at(-1) ?? null;
    const isEnd = last === null || last.position === ranked.at(-1)?.position;
    const next = isEnd ? null : { position: last.position, rank: last.rank ?? 0, top };
    return { hits: judged.hits, next, asOf: this.asOf };
  }

  /** Those that do match: the engine may have found more (engine-query.ts). */
  #candidates(documents: readonly SearchDocument[]): readonly (Candidate & { readonly tokens: string })[] {
    return documents
      .map(({ position, conversationId, sequence, tokens }) => ({
        position,
        conversationId,
        sequence,
        tokens: tokens ?? ' ',
      }))
      .filter(({ conversationId }) => this.#allowed?.has(conversationId) ?? true)
      .filter(({ tokens }) => matchesTerms(tokens, this.query.terms));
  }
}

/** Higher ranks first, then the newer one. */
const byRank = (a: Ranked, b: Ranked): number => (b.rank ?? 0) - (a.rank ?? 0) || b.position - a.position;
type Ranked = Pick<Candidate, 'rank' | 'position'>;
