import type { estypes } from '@elastic/elasticsearch';
import { isMember, type SequenceWindow } from '@parley/events';
import type { SearchQuery, SearchTerm } from '@parley/ports';
import { maxIndexedPrefix } from '../generations/layout.js';

type Clause = estypes.QueryDslQueryContainer;

/** Where a search looks. */
export interface Scope {
  /** The searcher's conversations, narrowed by `in:`; null: too many to be told, the caller leaves out the others. */
  readonly conversationIds: readonly string[] | null;
  /**
   * How they are found: by `postings` (the messages of all of them are gathered, which costs what they hold) or by the
   * `column` (each message that the words propose is looked at, which costs what is proposed).
   */
  readonly by: 'postings' | 'column';
  /** The searcher's windows, as far as they are known. */
  readonly windows: ReadonlyMap<string, readonly SequenceWindow[]>;
  /** Only above this position. */
  readonly above: number;
  /** Only up to this position; null: no bound. */
  readonly top: number | null;
}

/** Conversations whose windows go with the request, and windows of each: a message outside of others is judged later. */
const maxWindowed = 64;
const maxWindows = 16;

/**
 * The query for the engine: structured clauses over folded tokens and nothing that is parsed, whatever was typed. Finds
 * everything that is to be found; where a clause cannot say exactly what is meant it finds more, and the caller, who
 * looks at every hit again, leaves that out.
 */
export function engineQuery(query: SearchQuery, scope: Scope): Clause {
  const wanted = query.terms.filter((term) => !term.exclude).flatMap(including);
  const unwanted = query.terms.filter((term) => term.exclude).flatMap(excluding);
  return {
    bool: {
      filter: [...wanted, ...facets(query), ...positions(scope), ...conversations(scope)],
      must_not: [{ term: { deleted: true } }, ...unwanted, ...outsideWindows(scope)],
    },
  };
}

/** All of these must match. */
function including(term: SearchTerm): readonly Clause[] {
  if (!term.prefix) return [phrase(term.tokens)];
  const last = term.tokens.at(-1) ?? '';
  const before = term.tokens.slice(0, -1);
  if (before.length === 0) return [prefix(last)];
  if (isIndexedPrefix(last)) return [openPhrase(term.tokens)];
  // A long prefix has no postings of its own, so where it stands is not asked for.
  return [phrase(before), prefix(last)];
}

/** None of these may match; nothing where that cannot be asked for exactly. */
function excluding(term: SearchTerm): readonly Clause[] {
  if (!term.prefix) return [phrase(term.tokens)];
  const last = term.tokens.at(-1) ?? '';
  if (term.tokens.length === 1) return [prefix(last)];
  return isIndexedPrefix(last) ? [openPhrase(term.tokens)] : [];
}

/** The engine counts UTF-16 units here. */
const isIndexedPrefix = (text: string): boolean => text.length <= maxIndexedPrefix;

const prefix = (value: string): Clause => ({ prefix: { tokens: { value } } });

/** Tokens hold no white space, and the analyser cuts at nothing else. */
function phrase(tokens: readonly string[]): Clause {
  const [only, another] = tokens;
  if (another === undefined) return { term: { tokens: { value: only ?? '' } } };
  return { match_phrase: { tokens: { query: tokens.join(' '), analyzer: 'whitespace' } } };
}

/** A phrase whose last word may go on, answered by the postings of prefixes: no word is enumerated. */
const openPhrase = (tokens: readonly string[]): Clause => ({
  match_phrase_prefix: { tokens: { query: tokens.join(' '), analyzer: 'whitespace', max_expansions: 1 } },
});

function facets({ from, before, after, hasLink, hasMention }: SearchQuery): readonly Clause[] {
  const clauses: Clause[] = [];
  if (from !== undefined) clauses.push({ terms: { senderId: [...from] } });
  if (before !== undefined || after !== undefined) {
    clauses.push({
      range: {
        time: { ...(before === undefined ? {} : { lt: before }), ...(after === undefined ? {} : { gte: after }) },
      },
    });
  }
  if (hasLink === true) clauses.push({ term: { link: true } });
  if (hasMention === true) clauses.push({ term: { mention: true } });
  return clauses;
}

function positions({ above, top }: Scope): readonly Clause[] {
  if (above <= 0 && top === null) return [];
  return [{ range: { position: { ...(above > 0 ? { gt: above } : {}), ...(top === null ? {} : { lte: top }) } } }];
}

function conversations({ conversationIds, by }: Scope): readonly Clause[] {
  if (conversationIds === null) return [];
  const field = by === 'postings' ? 'conversationId' : 'conversationId.column';
  return [{ terms: { [field]: [...conversationIds] } }];
}

function outsideWindows({ windows }: Scope): readonly Clause[] {
  const clauses: Clause[] = [];
  for (const [conversationId, ofOne] of windows) {
    if (clauses.length === maxWindowed) break;
    const inside = insideWindows(ofOne);
    if (inside === null) continue;
    clauses.push({ bool: { filter: [{ term: { conversationId } }], must_not: inside } });
  }
  return clauses;
}

/** What one may see of a conversation; null: everything, or more than can be told. */
function insideWindows(windows: readonly SequenceWindow[]): Clause[] | null {
  if (!isMember(windows)) return [];
  const seesAll = windows.some(({ afterSequence, untilSequence }) => afterSequence === 0 && untilSequence === null);
  if (seesAll || windows.length > maxWindows) return null;
  return windows.map(({ afterSequence, untilSequence }) => ({
    range: { sequence: { gt: afterSequence, ...(untilSequence === null ? {} : { lte: untilSequence }) } },
  }));
}
