import { tokenText } from '@parley/platform/search';

/** Folded words of a name, as message search folds: accents and case do not matter. */
export const wordsOfName = (name: string): readonly string[] => [
  ...new Set(
    tokenText(name)
      .split(' ')
      .filter((word) => word !== ''),
  ),
];
