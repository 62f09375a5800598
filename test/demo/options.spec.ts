import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.js';

describe('parseOptions', () => {
  it('has defaults for everything', () => {
    const defaults = { logs: null, from: 1, only: null, seed: 1, devices: 3, kill: true, keep: false, cluster: false };
    expect(parseOptions([])).toEqual(defaults);
  });
  it('takes each option', () => {
    const argv = [
      '--logs',
      'dir',
      '--from',
      '3',
      '--only',
      '2',
      '--seed',
      '7',
      '--devices=1',
      '--no-kill',
      '--keep',
      '--cluster',
    ];
    const taken = { logs: 'dir', from: 3, only: 2, seed: 7, devices: 1, kill: false, keep: true, cluster: true };
    expect(parseOptions(argv)).toEqual(taken);
    expect(parseOptions(['--help', '--keep'])).toBeNull();
  });
  it.each([['--only', '0'], ['--from', '0'], ['--devices', '4'], ['--seed', 'x'], ['--else'], ['word']])(
    'refuses %s %s',
    (...argv) => {
      expect(() => parseOptions(argv)).toThrow(UsageError);
    },
  );
});
