import type { SearchTerm } from '@parley/ports';

/** What to look for in a token text (tokenizer.ts): it is there exactly when the message has the term. */
export const needleOf = (term: SearchTerm): string => ` ${term.tokens.join(' ')}${term.prefix ? '' : ' '}`;

/** Has this message all that must be there and nothing that must not? The reference for every engine. */
export const matchesTerms = (tokens: string, terms: readonly SearchTerm[]): boolean =>
  terms.every((term) => tokens.includes(needleOf(term)) !== term.exclude);
