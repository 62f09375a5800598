import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { utf8Length } from './utf8.js';

/** By the platform: percent-encoding has one %XX for each byte outside of ASCII. */
const platformLength = (text: string): number =>
  encodeURIComponent(text.toWellFormed()).replace(/%[0-9A-F]{2}/g, '.').length;

it.each([
  ['', 0],
  ['abc', 3],
  ['é', 2],
  ['€', 3],
  ['😀', 4],
  ['\ud83d', 3],
  ['\ude00', 3],
  ['\ude00\ud83d', 6],
  ['\ud83d😀', 7],
  ['\ud83d€', 6],
  ['\ude00\ude00', 6],
])('counts the bytes of %j', (text, bytes) => {
  expect(utf8Length(text)).toBe(bytes);
  expect(platformLength(text)).toBe(bytes);
});

it('counts as the platform does, whatever the text', () => {
  const anyText = fc.string({
    unit: fc.oneof(fc.constantFrom('\ud83d', '\ude00'), fc.string({ unit: 'binary', maxLength: 1 })),
  });
  fc.assert(
    fc.property(anyText, (text) => {
      expect(utf8Length(text)).toBe(platformLength(text));
    }),
  );
});

/** Where the number of bytes changes, each before anything else. */
const edges = [0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff];

it.each(edges.flatMap((first) => edges.map((second) => [first, second] as const)))(
  'counts at the edges of what a unit can be: %i, %i',
  (first, second) => {
    const text = String.fromCharCode(first, second);
    expect(utf8Length(text)).toBe(platformLength(text));
  },
);
