import { fold } from './fold.js';

/**
 * What a character is to the tokenizer, after folding:
 * `word` letters, digits and their marks; `dense` scripts written without spaces; `emoji`; `flag` one of the two
 * letters of a flag; `separator` everything else.
 */
export type FoldedClass = 'word' | 'dense' | 'emoji' | 'flag' | 'separator';

const dense =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30fc\u3099\u309a]/u;
const word = /[\p{L}\p{N}\p{M}]/u;
const emoji = /\p{Extended_Pictographic}/u;
const flag = /\p{Regional_Indicator}/u;

const classes = ['separator', 'word', 'dense', 'emoji', 'flag'] as const satisfies readonly FoldedClass[];

function computeFolded(codePoint: number): number {
  const char = String.fromCodePoint(codePoint);
  if (dense.test(char)) return 2;
  if (word.test(char)) return 1;
  if (flag.test(char)) return 4;
  return emoji.test(char) ? 3 : 0;
}

/** Asking a regular expression costs ten times a table; filled as characters come up, value + 1. */
const tableSize = 0x20000;
const foldedTable = new Uint8Array(tableSize);

export function foldedClass(codePoint: number): FoldedClass {
  if (codePoint >= tableSize) return classes[computeFolded(codePoint)] ?? 'separator';
  let known = foldedTable[codePoint] ?? 0;
  if (known === 0) {
    known = computeFolded(codePoint) + 1;
    foldedTable[codePoint] = known;
  }
  return classes[known - 1] ?? 'separator';
}

/**
 * What a character is before folding. `extender`: belongs to the character before it (accents, voiced sound marks,
 * the later jamo of a syllable), so the two are folded together. `skip`: leaves nothing and parts nothing.
 */
export type RawClass = 'letter' | 'extender' | 'skip' | 'separator';

const extender = /[\p{M}\uff9e\uff9f\u1160-\u11ff\ud7b0-\ud7fb]/u;
const rawClasses = ['separator', 'letter', 'extender', 'skip'] as const satisfies readonly RawClass[];

function computeRaw(codePoint: number): number {
  const char = String.fromCodePoint(codePoint);
  const folded = fold(char);
  if (folded === '') return extender.test(char) ? 2 : 3;
  if (extender.test(char)) return 2;
  for (const part of folded) if (computeFolded(part.codePointAt(0) ?? 0) !== 0) return 1;
  return 0;
}

const rawTable = new Uint8Array(tableSize);

export function rawClass(codePoint: number): RawClass {
  if (codePoint >= tableSize) return rawClasses[computeRaw(codePoint)] ?? 'separator';
  let known = rawTable[codePoint] ?? 0;
  if (known === 0) {
    known = computeRaw(codePoint) + 1;
    rawTable[codePoint] = known;
  }
  return rawClasses[known - 1] ?? 'separator';
}
