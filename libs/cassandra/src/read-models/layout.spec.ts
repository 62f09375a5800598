import { expect, it } from 'vitest';
import { bucketOfMember, bucketOfSequence, bucketsOfMembers, firstSequenceOf } from './layout.js';

it('puts a thousand sequences into a bucket', () => {
  expect([0, 999, 1_000, 1_999, 2_000].map(bucketOfSequence)).toEqual([0, 0, 1, 1, 2]);
  expect([0, 1, 2].map(firstSequenceOf)).toEqual([0, 1_000, 2_000]);
});

it('spreads members of a large conversation, and knows where all of them may be', () => {
  expect(bucketOfMember('usr_1', 9_999)).toBe(0);
  expect(bucketsOfMembers(10_000)).toEqual([0]);
  const buckets = Array.from({ length: 2_000 }, (_, i) => bucketOfMember(`usr_${i}`, 10_000));
  expect(new Set(buckets)).toEqual(new Set(bucketsOfMembers(10_001).slice(1)));
});
