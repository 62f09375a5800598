import { isMember, sees, type SequenceWindow } from '@parley/events';
import { hasLink, matchesTerms, tokenText } from '@parley/platform/search';
import type { HistoryReader, MembershipReader, SearchHit, SearchQuery } from '@parley/ports';
import type { MessageView } from '@parley/protocol';

/** A message that may be a hit. */
export interface Candidate {
  readonly position: number;
  readonly conversationId: string;
  readonly sequence: number;
  readonly rank?: number;
}

export interface JudgeSources {
  readonly membership: Pick<MembershipReader, 'membership' | 'conversationsOf'>;
  readonly history: Pick<HistoryReader, 'message'>;
}

/** Reads of one search under way at once. */
const atOnce = 16;

/**
 * Decides what is shown: by the searcher's windows as they are at this moment, and by history, which alone knows what a
 * message says now. The index only proposes.
 */
export class Judge {
  /** Of the conversations that came up. */
  readonly windows = new Map<string, readonly SequenceWindow[]>();

  constructor(
    private readonly query: SearchQuery,
    private readonly sources: JudgeSources,
  ) {}

  /** Hits in the order of the candidates until there are `wanted`; `last`: at which candidate that was. */
  async hitsAmong(
    candidates: readonly Candidate[],
    wanted: number,
  ): Promise<{ readonly hits: readonly SearchHit[]; readonly last: Candidate | null }> {
    const hits: SearchHit[] = [];
    for (let from = 0; from < candidates.length;) {
      const some = candidates.slice(from, from + Math.min(atOnce, wanted - hits.length));
      from += some.length;
      await this.#learnWindows(some);
      const judged = await Promise.all(some.map((candidate) => this.#hitOf(candidate)));
      for (const [at, hit] of judged.entries()) {
        if (hit !== null) hits.push(hit);
        if (hits.length >= wanted) return { hits, last: some[at] ?? null };
      }
    }
    return { hits, last: null };
  }

  async #learnWindows(candidates: readonly Candidate[]): Promise<void> {
    const ids = new Set(candidates.map(({ conversationId }) => conversationId).filter((id) => !this.windows.has(id)));
    await Promise.all(
      [...ids].map(async (conversationId) => {
        const membership = await this.sources.membership.membership(conversationId, this.query.userId);
        this.windows.set(conversationId, membership === null || membership.role === null ? [] : membership.windows);
      }),
    );
  }

  async #hitOf(candidate: Candidate): Promise<SearchHit | null> {
    const { conversationId, sequence, position, rank } = candidate;
    const windows = this.windows.get(conversationId) ?? [];
    if (!isMember(windows) || !sees(windows, sequence)) return null;
    const { json } = await this.sources.history.message(conversationId, sequence, this.query.upTo);
    if (json === null || !this.#stillMatches(json)) return null;
    return { message: json, conversationId, sequence, position, ...(rank === undefined ? {} : { rank }) };
  }

  /** History may be ahead of the index: an edit or deletion counts at once. */
  #stillMatches(json: string): boolean {
    const message = JSON.parse(json) as Pick<MessageView, 'content' | 'mentions' | 'deletedAt'>;
    if (message.deletedAt !== undefined || message.content === undefined) return false;
    const text = message.content.type === 'text.v1' ? message.content.text : '';
    if (this.query.hasLink === true && !hasLink(text)) return false;
    if (this.query.hasMention === true && (message.mentions ?? []).length === 0) return false;
    return matchesTerms(tokenText(text), this.query.terms);
  }
}
