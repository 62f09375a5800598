/**
 * The words of a text, by other means than the server's: letters and digits between everything else, without case and
 * accents. Good for words of ASCII letters in texts of any script.
 */
export function* wordsOf(text: string): Generator<string> {
  for (const [word] of fold(text).matchAll(/[\p{L}\p{N}]+/gu)) yield word;
}

/** Whether the text has all of these words, which are folded. */
export function hasWords(text: string, words: readonly string[]): boolean {
  const folded = fold(text);
  if (!words.every((word) => folded.includes(word))) return false;
  const all = new Set(wordsOf(text));
  return words.every((word) => all.has(word));
}

const fold = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
