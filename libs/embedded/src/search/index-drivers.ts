import type { SearchTerm } from '@parley/ports';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * What proposes messages. Whatever it proposes is decided by the rows; it must only leave nothing out.
 * `expression` null: all messages in order. `windowed`: to be asked window by window (search-rows.ts).
 */
export interface Driver {
  readonly expression: string | null;
  readonly windowed: boolean;
}

const everything: Driver = { expression: null, windowed: false };
const single = (expression: string): Driver => ({ expression, windowed: false });

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
/** Expressions that are joined when each of them is frequent: the rarest. */
const maxJoined = 3;
/** Messages per position from which a window costs less than its messages of the rarest. */
const joinFrom = 0.01;

/** Any token, quoted: nothing in it is syntax. */
const quoteToken = (token: string): string => `"${token.replaceAll('"', '""')}"`;
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
  choose(terms: readonly SearchTerm[], facets: readonly (readonly string[])[], range: PositionRange): Driver | 'none' {
    const expressions = [...facets.map(anyOf), ...this.#expressionsOf(terms)];
    const [only, another] = expressions;
    if (only === undefined) return everything;
    if (another === undefined) return single(only);
    const probed: { readonly expression: string; readonly probe: Probe }[] = [];
    for (const expression of expressions.slice(0, maxProbed)) {
      const probe = this.#probeOf(expression, range);
      if (probe.found === 0) return 'none';
      probed.push({ expression, probe });
    }
    const [first, ...others] = probed.sort((a, b) => (rarer(a.probe, b.probe) ? -1 : 1));
    if (first === undefined || densityOf(first.probe, range) < joinFrom) return single(first?.expression ?? only);
    const joined = [first, ...others].slice(0, maxJoined).map(({ expression }) => `(${expression})`);
    return { expression: joined.join(' AND '), windowed: true };
  }

  /** Does this expression propose fewer messages than one of this density, in messages per position? */
  isRarer(expression: string, density: number, range: PositionRange): boolean {
    return densityOf(this.#probeOf(expression, range), range) < density;
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

/** Messages per position; what was seen to its end is as good as none. */
const densityOf = ({ found, lowest }: Probe, { below }: PositionRange): number =>
  found < probeRows ? 0 : found / (below - lowest);

/** All of its messages seen beats any; then the fewer, or those that are further apart. */
function rarer(a: Probe, b: Probe): boolean {
  const allOfA = a.found < probeRows;
  const allOfB = b.found < probeRows;
  if (allOfA !== allOfB) return allOfA;
  return allOfA ? a.found < b.found : a.lowest < b.lowest;
}
