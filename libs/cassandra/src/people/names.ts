import { tokenText } from '@parley/platform/search';

/** Folded words of a text, each once, as message search folds: accents and case do not matter. */
export const wordsOf = (text: string): readonly string[] => [
  ...new Set(
    tokenText(text)
      .split(' ')
      .filter((word) => word !== ''),
  ),
];

export const wordsOfPerson = (person: { readonly username: string; readonly displayName: string }): readonly string[] =>
  wordsOf(`${person.username} ${person.displayName}`);

/** Characters of a word that name its partition: few enough to ask by, many enough to part a million names. */
const prefixCharacters = 2;

/** The partition of a word, or of all words that begin with one of at least two characters. */
export const prefixOf = (word: string): string => Array.from(word).slice(0, prefixCharacters).join('');

export const initialOf = (word: string): string => String.fromCodePoint(word.codePointAt(0) ?? 0);

/** Is every such word in one partition? Otherwise the prefixes of its initial have to be asked for. */
export const namesOnePartition = (prefix: string): boolean => Array.from(prefix).length >= prefixCharacters;

/** All texts that begin with it lie from the first to before the second, in the order of their bytes. */
export const boundsOf = (prefix: string): readonly [string, string] => [prefix, `${prefix}\u{10FFFF}`];
