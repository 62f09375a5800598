import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, tokenize, tokenText } from './index.js';

const tokens = (text: string): readonly string[] => tokenize(text).map((token) => token.text);

describe('fold', () => {
  it.each([
    ['Crème BRÛLÉE', 'creme brulee'],
    ['STRASSE straße ẞ', 'strasse strasse ss'],
    ['ΣΊΣΥΦΟΣ σίσυφος', 'σισυφοσ σισυφοσ'],
    ['İstanbul ISPARTA ısparta', 'istanbul isparta isparta'],
    ['ｆｕｌｌ　ｗｉｄｔｈ', 'full width'],
    ['ﬁne ①②', 'fine 12'],
    ['Łódź Ærø Đà Nẵng', 'lodz aero da nang'],
    ['ёлка Йод', 'елка иод'],
    ['שָׁלוֹם', 'שלום'],
    ['مُحَمَّد أحمد', 'محمد احمد'],
    ['ｶﾞｷﾞ', 'ガギ'],
    ['か\u3099', 'が'],
    ['한글', '한글'],
    ['नमस्ते', 'नमस्ते'],
  ])('%s is %s', (text, folded) => {
    expect(fold(text)).toBe(folded.normalize('NFKC'));
  });

  it('folds every character in one go', () => {
    const wrong: string[] = [];
    for (let codePoint = 0; codePoint < 0x30000; codePoint++) {
      if (codePoint >= 0xd800 && codePoint < 0xe000) continue;
      const once = fold(String.fromCodePoint(codePoint));
      if (fold(once) !== once) wrong.push(codePoint.toString(16));
    }
    expect(wrong).toEqual([]);
  });
});

describe('tokenize', () => {
  it.each([
    ["I don't know foo_bar, C++!", ['i', 'don', 't', 'know', 'foo', 'bar', 'c']],
    ['see https://example.com/a-b?q=1', ['see', 'https', 'example', 'com', 'a', 'b', 'q', '1']],
    ['東京都に', ['東京', '京都', '都に', 'に']],
    ['iPhoneを買う', ['iphone', 'を買', '買う', 'う']],
    ['中', ['中']],
    ['한국어 말', ['한국', '국어', '어', '말']],
    ['👍🏽 ❤️ 🤷‍♂️', ['👍', '❤', '🤷', '♂']],
    ['🇩🇪🇫🇷', ['🇩🇪', '🇫🇷']],
    ['👨‍👩‍👧ok', ['👨', '👩', '👧', 'ok']],
    ['שלום עולם', ['שלום', 'עולם']],
    ['e\u0301te\u0301', ['ete']],
    ['co\u00adop', ['coop']],
    ['\u0000"*:^()-', []],
    ['½ cup', ['1', '2', 'cup']],
    ['\ud800x', ['x']],
  ])('%s gives %j', (text, expected) => {
    expect(tokens(text)).toEqual(expected);
  });

  it('cuts long words, at a character', () => {
    expect(tokens('a'.repeat(200))).toEqual(['a'.repeat(64)]);
    expect(tokens(`a${'𝼀'.repeat(100)}`)[0]).toHaveLength(63);
  });

  it('points into the text as sent', () => {
    const text = 'Ein Ｃafe\u0301 👍🏽 東京';
    expect(tokenize(text).map((t) => [t.text, text.slice(t.start, t.end)])).toEqual([
      ['ein', 'Ein'],
      ['cafe', 'Ｃafe\u0301'],
      ['👍', '👍'],
      ['東京', '東京'],
      ['京', '京'],
    ]);
  });

  it('holds only folded, separated tokens, with offsets in order, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        let last = 0;
        for (const token of tokenize(text)) {
          expect(token.text).toMatch(/^[^\s_]{1,64}$/u);
          expect(token.text.replaceAll(/[a-z0-9]/g, '')).toSatisfy((rest: string) =>
            Array.from(rest).every((char) => char.charCodeAt(0) > 127),
          );
          expect(token.start).toBeGreaterThanOrEqual(last);
          expect(token.end).toBeGreaterThan(token.start);
          expect(token.end).toBeLessThanOrEqual(text.length);
          last = token.start;
        }
        expect(tokenText(text)).toBe([' ', ...tokenize(text).map((token) => `${token.text} `)].join(''));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes the fast way through ASCII to the same tokens', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (text) => {
        expect(tokenText(text)).toBe([' ', ...tokenize(text).map((token) => `${token.text} `)].join(''));
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives the same tokens for a text in any normal form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        expect(tokenText(text.normalize('NFD'))).toBe(tokenText(text.normalize('NFC')));
      }),
      { numRuns: 1_000 },
    );
  });
});
