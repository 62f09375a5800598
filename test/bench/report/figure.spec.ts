import { describe, expect, it } from 'vitest';
import { type Figure, median, meetsGoal, ratioOf } from './figure.js';

const figure = (parley: readonly number[], reference: readonly number[] | null, goal?: Figure['goal']): Figure => ({
  name: 'x',
  unit: '',
  parley,
  ...(reference === null ? {} : { reference: { name: 'relay', values: reference } }),
  ...(goal === undefined ? {} : { goal }),
});

describe('a figure', () => {
  it('has the median of its repetitions', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([5])]).toEqual([2, 2.5, 5]);
    expect(median([])).toBeNaN();
  });

  it('stands to its reference as median to median', () => {
    expect(ratioOf(figure([50, 10, 30], [60, 60, 90]))).toBe(0.5);
    expect(ratioOf(figure([1], null))).toBeNull();
  });

  it('meets a goal of its ratio or of itself, limits included', () => {
    expect(meetsGoal(figure([30], [60], { of: 'ratio', atLeast: 0.5 }))).toBe(true);
    expect(meetsGoal(figure([29], [60], { of: 'ratio', atLeast: 0.5 }))).toBe(false);
    expect(meetsGoal(figure([20], null, { of: 'value', atMost: 20 }))).toBe(true);
    expect(meetsGoal(figure([20.1], null, { of: 'value', atMost: 20 }))).toBe(false);
    expect(meetsGoal(figure([1], null))).toBeNull();
  });

  it('misses a goal it has no measurement for', () => {
    expect(meetsGoal(figure([], null, { of: 'value', atMost: 20 }))).toBe(false);
    expect(meetsGoal(figure([1], null, { of: 'ratio', atLeast: 0 }))).toBe(false);
  });
});
