import { foldedClass, rawClass } from './characters.js';
import { fold } from './fold.js';

/**
 * From a text to the tokens that are searched, the same for every engine:
 *
 * - A word is a run of letters and digits; every sign parts words. `don't` is `don` and `t`, `foo_bar` is `foo` and
 *   `bar`, `C++` is `c`, and a URL falls into its parts. A query is cut alike, so `don't` and `foo_bar` are still found,
 *   as phrases.
 * - Scripts without spaces (Han, kana, Hangul, Thai, …) give one token a character: the character with the one after it,
 *   and the last one alone. So any piece of text is a phrase of tokens, and one character a prefix.
 * - Each emoji is a token, without its skin tone; a joined one (a family) gives each of its parts; a flag is one.
 *
 * A token holds no white space, no ASCII but a-z and 0-9, and no capital.
 */
export interface Token {
  readonly text: string;
  /** UTF-16 offsets into the text as it was sent: [start, end). */
  readonly start: number;
  readonly end: number;
  /** Of a pair of dense characters: where the first one ends. */
  readonly middle?: number;
  /** The last character of a dense run, alone; with `middle` absent. */
  readonly tail?: true;
}

/** UTF-16 units; what is longer is compared by its beginning. */
export const maxTokenLength = 64;
/** Of one message. A message of 16 KiB has more only when it is made of ligatures. */
export const maxTokens = 8_192;

export function tokenize(text: string): readonly Token[] {
  const run = new TokenRun();
  let at = 0;
  while (at < text.length && run.tokens.length < maxTokens) {
    const codePoint = text.codePointAt(at) ?? 0;
    const next = at + (codePoint > 0xffff ? 2 : 1);
    switch (rawClass(codePoint)) {
      case 'separator':
        run.part();
        at = next;
        break;
      case 'skip':
        at = next;
        break;
      case 'letter':
      case 'extender': {
        const end = clusterEnd(text, next);
        for (const char of foldCluster(text.slice(at, end))) run.add(char, at, end);
        at = end;
        break;
      }
    }
  }
  run.part();
  return run.tokens.length > maxTokens ? run.tokens.slice(0, maxTokens) : run.tokens;
}

/** The tokens as stored and compared: ` café au lait ` is ` cafe au lait `; no tokens give one space. */
export function tokenText(text: string): string {
  if (isAscii(text)) return asciiTokenText(text);
  const tokens = tokenize(text);
  let joined = ' ';
  for (const token of tokens) joined += `${token.text} `;
  return joined;
}

/** A base character with what follows and belongs to it. */
function clusterEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length) {
    const codePoint = text.codePointAt(end) ?? 0;
    if (codePoint < 0x300 || rawClass(codePoint) !== 'extender') break;
    end += codePoint > 0xffff ? 2 : 1;
  }
  return end;
}

/** Texts repeat their characters: folding one again costs a look-up. Emptied when full, so that it stays small. */
const clusters = new Map<string, string>();
const maxClusters = 16_384;
const maxCachedCluster = 8;

function foldCluster(cluster: string): string {
  const known = clusters.get(cluster);
  if (known !== undefined) return known;
  const folded = fold(cluster);
  if (cluster.length > maxCachedCluster) return folded;
  if (clusters.size >= maxClusters) clusters.clear();
  clusters.set(cluster, folded);
  return folded;
}

interface Piece {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Collects folded characters into tokens. */
class TokenRun {
  readonly tokens: Token[] = [];
  private word: { text: string; start: number; end: number } | null = null;
  private dense: Piece | null = null;
  private flag: Piece | null = null;

  add(char: string, start: number, end: number): void {
    switch (foldedClass(char.codePointAt(0) ?? 0)) {
      case 'separator':
        this.part();
        return;
      case 'word':
        this.addToWord(char, start, end);
        return;
      case 'dense':
        this.addDense({ text: char, start, end });
        return;
      case 'emoji':
        this.part();
        this.tokens.push({ text: char, start, end });
        return;
      case 'flag':
        this.addFlag({ text: char, start, end });
        return;
    }
  }

  /** A word, a dense run or half a flag ends here. */
  part(): void {
    if (this.word !== null) {
      this.tokens.push(this.word);
      this.word = null;
    }
    if (this.dense !== null) {
      this.tokens.push({ ...this.dense, tail: true });
      this.dense = null;
    }
    if (this.flag !== null) {
      this.tokens.push(this.flag);
      this.flag = null;
    }
  }

  private addToWord(char: string, start: number, end: number): void {
    if (this.word === null) {
      this.part();
      this.word = { text: char, start, end };
      return;
    }
    if (this.word.text.length + char.length <= maxTokenLength) this.word.text += char;
    this.word.end = end;
  }

  private addDense(piece: Piece): void {
    const first = this.dense;
    if (first === null) this.part();
    else {
      this.tokens.push({ text: first.text + piece.text, start: first.start, end: piece.end, middle: first.end });
    }
    this.dense = piece;
  }

  private addFlag(piece: Piece): void {
    const first = this.flag;
    if (first === null) {
      this.part();
      this.flag = piece;
      return;
    }
    this.tokens.push({ text: first.text + piece.text, start: first.start, end: piece.end });
    this.flag = null;
  }
}

// oxlint-disable-next-line no-control-regex -- all of ASCII is meant
const isAscii = (text: string): boolean => /^[\u0000-\u007f]*$/.test(text);

/** The same as tokenize for the most frequent texts, three times as fast. */
function asciiTokenText(text: string): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g);
  if (words === null) return ' ';
  let joined = ' ';
  const count = Math.min(words.length, maxTokens);
  for (let i = 0; i < count; i++) {
    const word = words[i] ?? '';
    joined += word.length > maxTokenLength ? `${word.slice(0, maxTokenLength)} ` : `${word} `;
  }
  return joined;
}
