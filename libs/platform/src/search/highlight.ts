import type { SearchTerm } from '@parley/ports';
import { type Token, tokenize } from './tokenizer.js';

/** UTF-16 offsets into the text: [start, end). */
export interface Highlight {
  readonly start: number;
  readonly end: number;
}

/** Of one message. */
const maxHighlights = 256;

/** Where the text has what was asked for, in order, without overlap. A begun word is marked whole. */
export function highlight(text: string, terms: readonly SearchTerm[]): readonly Highlight[] {
  const wanted = terms.filter((term) => !term.exclude);
  if (wanted.length === 0) return [];
  const tokens = tokenize(text);
  const found: Highlight[] = [];
  for (let at = 0; at < tokens.length && found.length < maxHighlights; at++) {
    for (const term of wanted) {
      const end = endOfMatch(tokens, at, term);
      const first = tokens[at];
      if (end !== null && first !== undefined) found.push({ start: first.start, end });
    }
  }
  return merge(found);
}

/** Where the term ends in the text when it begins at this token; null when it does not. */
function endOfMatch(tokens: readonly Token[], at: number, term: SearchTerm): number | null {
  let last: Token | undefined;
  for (let i = 0; i < term.tokens.length; i++) {
    const wanted = term.tokens[i] ?? '';
    last = tokens[at + i];
    if (last === undefined) return null;
    const open = term.prefix && i === term.tokens.length - 1;
    if (open ? !last.text.startsWith(wanted) : last.text !== wanted) return null;
  }
  if (last === undefined) return null;
  const wanted = term.tokens.at(-1) ?? '';
  // One character of a pair was asked for: the second one is only its neighbour.
  return last.middle !== undefined && last.text !== wanted ? last.middle : last.end;
}

function merge(found: readonly Highlight[]): readonly Highlight[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...found].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = merged.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged.slice(0, maxHighlights);
}
