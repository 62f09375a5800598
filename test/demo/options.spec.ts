import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.js';

describe('parseOptions', () => {
  it('has defaults for everything', () => {
    expect(parseOptions([])).toEqual({ logs: null, only: null, seed: 1, devices: 3, kill: true, keep: false });
  });
  it('takes each option', () => {
    const argv = ['--logs', 'dir', '--only', '2', '--seed', '7', '--devices=1', '--no-kill', '--keep'];
    expect(parseOptions(argv)).toEqual({ logs: 'dir', only: 2, seed: 7, devices: 1, kill: false, keep: true });
    expect(parseOptions(['--help', '--keep'])).toBeNull();
  });
  it.each([['--only', '0'], ['--devices', '4'], ['--seed', 'x'], ['--else'], ['word']])('refuses %s %s', (...argv) => {
    expect(() => parseOptions(argv)).toThrow(UsageError);
  });
});
