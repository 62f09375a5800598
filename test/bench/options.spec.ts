import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.js';

const names = ['saturated', 'search'];

describe('options', () => {
  it('measures everything at length unless told otherwise', () => {
    expect(parseOptions([], names)).toMatchObject({ only: null, seconds: 10, repetitions: 3, events: 1_000_000 });
    expect(parseOptions(['--quick'], names)).toMatchObject({ seconds: 3, repetitions: 1, events: 100_000 });
    expect(parseOptions(['--quick', '--seconds', '5', '--only', 'search'], names)).toMatchObject({
      only: ['search'],
      seconds: 5,
      events: 100_000,
    });
  });

  it('gives only the help', () => {
    expect(parseOptions(['--help'], names)).toBeNull();
  });

  it.each([[['--only', 'serach']], [['--seconds', 'x']], [['--repetitions', '0']], [['--fast']], [['--events', '5']]])(
    'refuses %j',
    (argv) => {
      expect(() => parseOptions(argv, names)).toThrow(UsageError);
    },
  );
});
