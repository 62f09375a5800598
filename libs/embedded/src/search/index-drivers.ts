import type { SearchTerm } from '@parley/ports';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * What proposes messages: a match expression of the index, or null for all messages in order. Whatever it proposes is
 * decided by the rows; it must only leave nothing out.
 */
export type Driver = string | null;

/** Both exclusive. */
export interface PositionRange {
  readonly below: number;
  readonly above: number;
}

/** A prefix that more words begin with is no driver: those are so frequent that looking at all messages is as good. */
const maxExpansions = 32;
const maxExpandedPrefixes = 2;
/** Compared before one is chosen. */
const maxProbed = 10;
const probeRows = 64;

/** Any token, quoted: nothing in it is syntax. */
export const quoteToken = (token: string): string => `"${token.replaceAll('"', '""')}"`;
const anyOf = (tokens: readonly string[]): string => tokens.map(quoteToken).join(' OR ');

/** Finds the expression that proposes the fewest messages, by looking at the newest few of each. */
export class IndexDrivers {
  readonly #probe: StatementSync;
  readonly #nextToken: StatementSync;

  constructor(db: DatabaseSync) {
    // CAST: numbers are bound as doubles, and FTS5 seeks only to integers.
    this.#probe = db.prepare(
      `SELECT count(*) AS found, min(position) AS lowest FROM (
         SELECT rowid AS position FROM search_index
         WHERE search_index MATCH ? AND rowid < CAST(? AS INTEGER) AND rowid > CAST(? AS INTEGER)
         ORDER BY rowid DESC LIMIT ${probeRows})`,
    );
    db.exec('CREATE VIRTUAL TABLE temp.search_tokens USING fts5vocab(main, search_index, instance)');
    this.#nextToken = db.prepare('SELECT term FROM temp.search_tokens WHERE term >= ? LIMIT 1');
  }

  /** `facets`: expressions that must match as well. `none`: there is certainly nothing to find. */
  choose(
    terms: readonly SearchTerm[],
    facets: readonly (readonly string[])[],
    range: PositionRange,
  ): { readonly driver: Driver } | 'none' {
    const expressions = [...facets.map(anyOf), ...this.#expressionsOf(terms)];
    const [only, another] = expressions;
    if (only === undefined) return { driver: null };
    if (another === undefined) return { driver: only };
    let best: { driver: string; probe: Probe } | null = null;
    for (const driver of expressions.slice(0, maxProbed)) {
      const probe = this.#probeOf(driver, range);
      if (probe.found === 0) return 'none';
      if (best === null || rarer(probe, best.probe)) best = { driver, probe };
    }
    return { driver: best?.driver ?? null };
  }

  /** Does this expression propose fewer messages than that driver? */
  proposesLess(expression: string, driver: Driver, range: PositionRange): boolean {
    return driver === null || rarer(this.#probeOf(expression, range), this.#probeOf(driver, range));
  }

  #probeOf(expression: string, range: PositionRange): Probe {
    const row = this.#probe.get(expression, range.below, range.above) as { found: number; lowest: number | null };
    return { found: row.found, lowest: row.lowest ?? range.above };
  }

  #expressionsOf(terms: readonly SearchTerm[]): readonly string[] {
    const positive = terms.filter((term) => !term.exclude);
    const whole = positive.flatMap((term) => (term.prefix ? term.tokens.slice(0, -1) : term.tokens));
    // Long tokens are the rarer ones.
    const tokens = [...new Set(whole)].sort((a, b) => b.length - a.length);
    const expressions = tokens.map(quoteToken);
    let expanded = 0;
    for (const term of positive) {
      const prefix = term.prefix ? term.tokens.at(-1) : undefined;
      if (prefix === undefined || expanded++ >= maxExpandedPrefixes) continue;
      const continuations = this.#expand(prefix);
      if (continuations !== null) expressions.unshift(anyOf(continuations));
    }
    return expressions;
  }

  /** Every token that begins so; null when they are too many. With none, the prefix itself, which matches nothing. */
  #expand(prefix: string): readonly string[] | null {
    const found: string[] = [];
    let from = prefix;
    for (;;) {
      const row = this.#nextToken.get(from) as { term: string } | undefined;
      if (row === undefined || !row.term.startsWith(prefix)) return found.length === 0 ? [prefix] : found;
      if (found.length === maxExpansions) return null;
      found.push(row.term);
      // The least string above it: a token holds no control characters.
      from = `${row.term}\u0001`;
    }
  }
}

interface Probe {
  readonly found: number;
  readonly lowest: number;
}

/** All of its messages seen beats any; then the fewer, or those that are further apart. */
function rarer(a: Probe, b: Probe): boolean {
  const allOfA = a.found < probeRows;
  const allOfB = b.found < probeRows;
  if (allOfA !== allOfB) return allOfA;
  return allOfA ? a.found < b.found : a.lowest < b.lowest;
}
