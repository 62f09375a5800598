import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.js';

const known = new Set(['less', 'more']);

describe('options of the mutants', () => {
  it('are all of them, told as lines, when nothing is said', () => {
    expect(parseOptions([], known)).toEqual({ only: null, list: false, json: false, writeDocs: false });
    expect(parseOptions(['--only', 'less,more', '--json'], known)).toMatchObject({
      only: ['less', 'more'],
      json: true,
    });
    expect(parseOptions(['--help'], known)).toBeNull();
  });

  it.each([
    ['a name that is none', ['--only', 'less,nothing'], 'There is no mutant nothing'],
    ['a flag that is none', ['--all'], '--all'],
    ['docs of some only', ['--only', 'less', '--write-docs'], '--write-docs needs all'],
  ])('refuse %s', (_, argv, message) => {
    expect(() => parseOptions(argv, known)).toThrow(UsageError);
    expect(() => parseOptions(argv, known)).toThrow(message);
  });
});
