import { expect, it } from 'vitest';
import { initialOf, namesOnePartition, prefixOf, wordsOf, wordsOfPerson } from './names.js';

it('folds words and leaves each out but once', () => {
  expect(wordsOf('  José  de la CRUZ, josé ')).toEqual(['jose', 'de', 'la', 'cruz']);
  expect(wordsOf('…')).toEqual([]);
  expect(wordsOfPerson({ username: 'ann', displayName: 'Ann Lee' })).toEqual(['ann', 'lee']);
});

it('names partitions by whole characters, also beyond the basic plane', () => {
  expect(prefixOf('anna')).toBe('an');
  expect(prefixOf('a')).toBe('a');
  expect(prefixOf('𠮷野家')).toBe('𠮷野');
  expect(initialOf('𠮷野家')).toBe('𠮷');
  expect([namesOnePartition('𠮷'), namesOnePartition('𠮷野'), namesOnePartition('a'), namesOnePartition('an')]).toEqual(
    [false, true, false, true],
  );
});
