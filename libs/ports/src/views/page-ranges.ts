import type { SequenceRange } from '@parley/events';

/** The parts of rising ranges that hold the last `count` numbers below `before`. */
export function takeLast(ranges: readonly SequenceRange[], before: number, count: number): SequenceRange[] {
  const taken: SequenceRange[] = [];
  let left = count;
  for (const range of ranges.toReversed()) {
    const to = Math.min(range.to, before - 1);
    if (to < range.from || left <= 0) continue;
    const from = Math.max(range.from, to - left + 1);
    left -= to - from + 1;
    taken.unshift({ from, to });
  }
  return taken;
}

/** The parts of rising ranges that hold the first `count` numbers from `start` on. */
export function takeFirst(ranges: readonly SequenceRange[], start: number, count: number): SequenceRange[] {
  const taken: SequenceRange[] = [];
  let left = count;
  for (const range of ranges) {
    const from = Math.max(range.from, start);
    if (from > range.to || left <= 0) continue;
    const to = Math.min(range.to, from + left - 1);
    left -= to - from + 1;
    taken.push({ from, to });
  }
  return taken;
}
