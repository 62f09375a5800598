import type { SearchTerm } from '@parley/ports';
import { type Piece, pieces } from './query-pieces.js';

import { tokenize } from './tokenizer.js';

/** UTF-8 bytes of a query. */
export const maxQueryBytes = 1_024;
/** Words, phrases and modifiers together. */
export const maxQueryParts = 16;

/** What somebody asked for. Names in `from` and ids in `in` are as typed: the caller resolves them. */
export interface ParsedQuery {
  readonly terms: readonly SearchTerm[];
  /** Any of these: `me`, a user name (with or without @) or a user id. */
  readonly from: readonly string[];
  /** Any of these conversation ids. */
  readonly in: readonly string[];
  /** Milliseconds since 1970 UTC: `before` is exclusive, `after` inclusive. */
  readonly before: number | null;
  readonly after: number | null;
  readonly hasLink: boolean;
  readonly hasMention: boolean;
}

/** A query that cannot be meant: the message tells the person what to change. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
}

type Draft = { -readonly [K in keyof ParsedQuery]: ParsedQuery[K] };

/**
 * The query language: words (all of them), "phrases", prefix `wor*`, `-word`, and the modifiers `from:`, `in:`,
 * `before:`, `after:`, `on:` (YYYY-MM-DD, UTC), `has:link`, `has:mention`. Text is data: whatever is no known modifier
 * is words, an open quote ends at the end, and signs mean nothing. Only a known modifier with a value that cannot be
 * meant is refused, because to search for something else instead would mislead.
 * @throws QueryRefused also for a query that is too long, has too many parts, or asks for nothing.
 */
export function parseQuery(text: string): ParsedQuery {
  if (new TextEncoder().encode(text).length > maxQueryBytes) {
    throw new QueryRefused(`longer than ${maxQueryBytes} bytes`);
  }
  const draft: Draft = {
    terms: [],
    from: [],
    in: [],
    before: null,
    after: null,
    hasLink: false,
    hasMention: false,
  };
  let parts = 0;
  for (const piece of pieces(text)) {
    if (applyPiece(draft, piece)) parts++;
    if (parts > maxQueryParts) throw new QueryRefused(`more than ${maxQueryParts} words, phrases and modifiers`);
  }
  if (parts === 0) throw new QueryRefused('nothing to look for: type a word');
  return draft;
}

/** false: there was nothing in it that can be searched, such as a lone sign. */
function applyPiece(draft: Draft, piece: Piece): boolean {
  if (piece.modifier !== null) {
    applyModifier(draft, piece.modifier, piece);
    return true;
  }
  const term = termOf(piece);
  if (term === null) return false;
  draft.terms = [...draft.terms, term];
  return true;
}

function applyModifier(draft: Draft, modifier: NonNullable<Piece['modifier']>, piece: Piece): void {
  if (piece.exclude) throw new QueryRefused(`-${modifier}: is not known; only words and phrases can be left out`);
  const value = piece.text;
  switch (modifier) {
    case 'from':
      draft.from = [...draft.from, value];
      return;
    case 'in':
      draft.in = [...draft.in, value];
      return;
    case 'has':
      applyHas(draft, value.toLowerCase());
      return;
    case 'before':
      narrow(draft, null, day(modifier, value));
      return;
    case 'after':
      narrow(draft, day(modifier, value), null);
      return;
    case 'on': {
      const start = day(modifier, value);
      narrow(draft, start, start + dayMs);
      return;
    }
  }
}

function applyHas(draft: Draft, value: string): void {
  if (value === 'link') draft.hasLink = true;
  else if (value === 'mention') draft.hasMention = true;
  else throw new QueryRefused('has: takes link or mention');
}

const dayMs = 86_400_000;

/** Start of a day in UTC. */
function day(modifier: string, value: string): number {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  // Date.parse takes 30 February for 1 March.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== value) {
    throw new QueryRefused(`${modifier}: takes a day such as 2026-11-23`);
  }
  return time;
}

function narrow(draft: Draft, after: number | null, before: number | null): void {
  if (after !== null) draft.after = Math.max(draft.after ?? after, after);
  if (before !== null) draft.before = Math.min(draft.before ?? before, before);
}

/** Signs inside a word part it, so `don't` and `foo_bar` become phrases. */
function termOf(piece: Piece): SearchTerm | null {
  const tokens = tokenize(piece.text);
  const last = tokens.at(-1);
  if (last === undefined) return null;
  let texts = tokens.map((token) => token.text);
  let prefix = piece.prefix;
  if (last.tail === true) {
    // The end of a dense run: in the message it may go on.
    if (tokens.at(-2)?.end === last.end) texts = texts.slice(0, -1);
    else prefix = true;
  }
  return { tokens: texts, prefix, exclude: piece.exclude };
}
