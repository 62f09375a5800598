import { describe, expect, it } from 'vitest';
import { visibleMoment } from './visible-moment.js';

const windows = [
  { afterSequence: 2, untilSequence: 5, afterPosition: 20, untilPosition: 50 },
  { afterSequence: 7, untilSequence: null, afterPosition: 70, untilPosition: null },
];

describe('visibleMoment', () => {
  it.each([
    [19, null],
    [20, 20],
    [50, 50],
    [51, 50],
    [69, 50],
    [70, 70],
    [900, 900],
  ])('of %i is %j', (position, moment) => {
    expect(visibleMoment(windows, position)).toBe(moment);
  });

  it('is none for those who were never there', () => {
    expect(visibleMoment([], 100)).toBeNull();
  });
});
