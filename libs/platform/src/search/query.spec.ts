import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasLink, highlight, matchesTerms, parseQuery, QueryRefused, relevance, tokenText } from './index.js';

const word = (...tokens: string[]) => ({ tokens, prefix: false, exclude: false });
const terms = (query: string) => parseQuery(query).terms;
const finds = (query: string, text: string): boolean => matchesTerms(tokenText(text), terms(query));

const marks = (query: string, text: string): readonly string[] =>
  highlight(text, terms(query)).map((mark) => text.slice(mark.start, mark.end));
const score = (query: string, text: string): number => relevance(tokenText(text), terms(query));

function termsOrRefusal(query: string): ReturnType<typeof terms> | Error {
  try {
    return terms(query);
  } catch (error) {
    if (error instanceof QueryRefused) return error;
    throw error;
  }
}

describe('parseQuery', () => {
  it('reads words, phrases, prefixes and exclusions', () => {
    expect(terms(`Hello "big World" wor* -bad -"so bad" don't “smart quotes”`)).toEqual([
      word('hello'),
      word('big', 'world'),
      { tokens: ['wor'], prefix: true, exclude: false },
      { tokens: ['bad'], prefix: false, exclude: true },
      { tokens: ['so', 'bad'], prefix: false, exclude: true },
      word('don', 't'),
      word('smart', 'quotes'),
    ]);
  });

  it('reads modifiers', () => {
    const query = parseQuery('from:@Alice from:me in:cnv_1 after:2026-01-02 before:2026-02-01 has:link HAS:mention x');
    expect(query).toEqual({
      terms: [word('x')],
      from: ['@Alice', 'me'],
      in: ['cnv_1'],
      after: Date.UTC(2026, 0, 2),
      before: Date.UTC(2026, 1, 1),
      hasLink: true,
      hasMention: true,
    });
    expect(parseQuery('on:2026-01-02')).toMatchObject({ after: Date.UTC(2026, 0, 2), before: Date.UTC(2026, 0, 3) });
    expect(parseQuery('from:"Jan Kees"').from).toEqual(['Jan Kees']);
  });

  it.each([
    ['"open quote', [word('open', 'quote')]],
    ['foo:bar', [word('foo', 'bar')]],
    ['from: x', [word('from'), word('x')]],
    ['a AND (b OR c)', [word('a'), word('and'), word('b'), word('or'), word('c')]],
    ['NEAR/2 text:x ^y', [word('near', '2'), word('text', 'x'), word('y')]],
    ['--x', [{ tokens: ['x'], prefix: false, exclude: true }]],
    ["x'; DROP TABLE y", [word('x'), word('drop'), word('table'), word('y')]],
    ['* x', [word('x')]],
  ])('takes %s as data', (query, expected) => {
    expect(terms(query)).toEqual(expected);
  });

  it.each([
    ['', /nothing/],
    ['"" *', /nothing/],
    ['before:yesterday', /before: takes a day/],
    ['on:2026-02-30', /on: takes a day/],
    ['has:file', /has: takes/],
    ['-from:alice', /-from:/],
    ['x'.repeat(1_025), /1024 bytes/],
    ['é'.repeat(513), /1024 bytes/],
    ['a '.repeat(17), /more than 16/],
    ['"'.repeat(1_024), /nothing/],
  ])('refuses %s', (query, message) => {
    expect(() => parseQuery(query)).toThrow(message);
  });

  it('never throws anything else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (query) => {
        expect(termsOrRefusal(query)).toSatisfy(
          (result: unknown) => result instanceof QueryRefused || Array.isArray(result),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('matching', () => {
  it.each([
    ['cafe', 'Un CAFÉ, merci', true],
    ['caf', 'café', false],
    ['caf*', 'café', true],
    ['"big world"', 'big, world', true],
    ['"big world"', 'big bad world', false],
    ["don't", 'I don’t', true],
    ['京', '東京都', true],
    ['都', '東京都', true],
    ['東京', '東京都に', true],
    ['東都', '東京都', false],
    ['京都に', '東京都に行く', true],
    ['"東京 hello"', '東京 hello', true],
    ['"hello 東"', 'hello 東京', true],
    ['👍', 'ok 👍🏿', true],
    ['👩', '👨‍👩‍👧', true],
    ['שלום', 'שָׁלוֹם', true],
    ['example.com', 'http://www.example.com/x', true],
    ['hello -world', 'hello world', false],
    ['hello -world', 'hello', true],
  ])('%s in %s: %s', (query, text, found) => {
    expect(finds(query, text)).toBe(found);
  });

  it('finds any piece of a dense text and any text by itself', () => {
    const dense = fc.string({
      unit: fc.constantFrom('東', '京', '都', 'に', '行', '가', '나'),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(dense, fc.nat(), fc.nat(), (text, a, b) => {
        const from = a % text.length;
        const piece = text.slice(from, from + 1 + (b % (text.length - from)));
        expect(finds(piece, text)).toBe(true);
      }),
    );
  });

  it('marks what was found', () => {
    expect(marks('cafe', 'Un CAFÉ au cafe\u0301.')).toEqual(['CAFÉ', 'cafe\u0301']);
    expect(marks('"big world" -x', 'a big, World x')).toEqual(['big, World']);
    expect(marks('京', '東京都')).toEqual(['京']);
    expect(marks('東', '東京都')).toEqual(['東']);
    expect(marks('京都', '東京都')).toEqual(['京都']);
    expect(marks('wor*', 'a wordy world')).toEqual(['wordy', 'world']);
    expect(marks('a "a b"', 'a b a')).toEqual(['a b', 'a']);
  });

  it('marks something in every text that matches', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'É', ' ', '東', '京', '👍', '-', 'ß'), maxLength: 20 });
    fc.assert(
      fc.property(text, text, (query, body) => {
        const parsed = termsOrRefusal(query);
        if (parsed instanceof Error) return;
        const marks = highlight(body, parsed);
        const positive = parsed.filter((term) => !term.exclude);
        const found = positive.length > 0 && matchesTerms(tokenText(body), positive);
        expect(marks.length).toBeGreaterThanOrEqual(found ? 1 : 0);
        for (const mark of marks) expect(mark.end).toBeGreaterThan(mark.start);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('relevance', () => {
  it('rises with occurrences and falls with length', () => {
    expect(score('x', 'x x y')).toBeGreaterThan(score('x', 'x z y'));
    expect(score('x', 'x')).toBeGreaterThan(score('x', 'x and a lot of other words'));
    expect(score('wor*', 'wor')).toBeGreaterThan(score('wor*', 'word'));
  });
});

describe('hasLink', () => {
  it.each([
    ['see https://x.org', true],
    ['WWW.example.com', true],
    ['no link: http:// here', false],
    ['awww. so', false],
  ])('%s: %s', (text, found) => {
    expect(hasLink(text)).toBe(found);
  });
});
