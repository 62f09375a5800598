import { expect, it } from 'vitest';
import { type Mutant, plant } from './mutant.js';

const mutant: Mutant = {
  name: 'less',
  breaks: 'order',
  file: 'a.ts',
  find: 'a < b',
  replace: 'a > $& b',
  suite: { project: 'unit', paths: ['a'] },
};

it('replaces the text as it is', () => {
  expect(plant(mutant, 'if (a < b) c();')).toBe('if (a > $& b) c();');
});

it('refuses a text that is gone or ambiguous', () => {
  expect(() => plant(mutant, 'nothing')).toThrow('stands 0 times in a.ts');
  expect(() => plant(mutant, 'a < b; a < b')).toThrow('stands 2 times in a.ts');
});
