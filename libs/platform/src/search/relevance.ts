import type { SearchTerm } from '@parley/ports';
import { needleOf } from './terms.js';

/** BM25's k1 and b, and an average length of chat messages instead of a measured one: scores must not move. */
const saturation = 1.2;
const lengthWeight = 0.75;
const typicalTokens = 12;
/** Occurrences that count. */
const maxOccurrences = 8;
/** A word that merely begins with what was asked for. */
const begunWeight = 0.7;

/**
 * How well a message answers, higher is better. BM25 without the rarity of words: every hit has all terms, so rarity
 * would only weigh a term against itself, and it would make the score depend on messages the searcher may not see.
 * A function of message and query alone: every engine, page and moment gives the same.
 */
export function relevance(tokens: string, terms: readonly SearchTerm[]): number {
  const length = countSpaces(tokens) - 1;
  const norm = saturation * (1 - lengthWeight + (lengthWeight * length) / typicalTokens);
  let score = 0;
  for (const term of terms) {
    if (term.exclude) continue;
    const whole = occurrences(tokens, ` ${term.tokens.join(' ')} `);
    const begun = term.prefix ? Math.max(0, occurrences(tokens, needleOf(term)) - whole) : 0;
    const frequency = whole + begunWeight * begun;
    score += (frequency * (saturation + 1)) / (frequency + norm);
  }
  return score;
}

function occurrences(tokens: string, needle: string): number {
  let count = 0;
  for (let at = tokens.indexOf(needle); at >= 0 && count < maxOccurrences; at = tokens.indexOf(needle, at + 1)) count++;
  return count;
}

function countSpaces(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) === 32) count++;
  return count;
}
