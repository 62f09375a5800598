import { expect, it } from 'vitest';
import { randomOf } from './random.js';
import { anyQuery, anySentence, wordOf } from './talk.js';

it('has a word of its own for every rank', () => {
  expect(new Set(Array.from({ length: 40_000 }, (_, rank) => wordOf(rank))).size).toBe(40_000);
});

const say = (random: () => number): readonly string[] => [anySentence(random), anyQuery(random, ['ann'])];

it('says the same for the same seed', () => {
  const [one, other] = [randomOf(7), randomOf(7)];
  expect(say(one)).toEqual(say(other));
  expect(say(one)).not.toEqual(say(randomOf(8)));
});

it('says frequent words often', () => {
  const random = randomOf(1);
  const said = Array.from({ length: 2_000 }, () => anySentence(random)).flatMap((text) => text.split(' '));
  const share = (rank: number): number => said.filter((word) => word === wordOf(rank)).length / said.length;
  expect(share(0)).toBeGreaterThan(share(9));
  expect(share(9)).toBeGreaterThan(share(999));
});
