import { expect, it } from 'vitest';
import { Recent } from './recent.js';

it('drops what was used longest ago, by weight, but never what was set just now', () => {
  const recent = new Recent<string>(3);
  for (const key of ['a', 'b', 'c']) recent.set(key, key);
  expect(recent.get('a')).toBe('a');
  recent.set('d', 'd');
  expect([recent.get('a'), recent.get('b'), recent.get('d')]).toEqual(['a', undefined, 'd']);
  recent.set('heavy', 'heavy', 9);
  expect([recent.get('a'), recent.get('heavy')]).toEqual([undefined, 'heavy']);
  recent.set('light', 'light');
  expect([recent.get('heavy'), recent.get('light')]).toEqual([undefined, 'light']);
});
