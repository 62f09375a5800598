/**
 * How rows are spread over partitions, so that none grows for ever. A bucket is a function of the row's own sequence or
 * position: nothing has to be read to find the partition of a row.
 */

/** Messages, their versions and mentions, and notices by the message they stand after. */
const sequencesPerBucket = 1_000;
export const bucketOfSequence = (sequence: number): number => Math.floor(sequence / sequencesPerBucket);
export const firstSequenceOf = (bucket: number): number => bucket * sequencesPerBucket;

/** Mentions of one person in one conversation: small rows, counted over long stretches. */
const mentionsPerBucket = 100_000;
export const bucketOfMention = (sequence: number): number => Math.floor(sequence / mentionsPerBucket);

/** What changed, by position. A directory beside it says which buckets hold something. */
const positionsPerBucket = 2 ** 22;
export const bucketOfPosition = (position: number): number => Math.floor(position / positionsPerBucket);

/** The first so many members of a conversation share a partition; all others are spread by their id. */
const membersInFirstBucket = 10_000;
const memberBuckets = 16;

/** `listed`: members that have a row already. */
export function bucketOfMember(userId: string, listed: number): number {
  if (listed < membersInFirstBucket) return 0;
  let hash = 0;
  for (let i = 0; i < userId.length; i++) hash = (Math.imul(hash, 31) + userId.charCodeAt(i)) | 0;
  return 1 + (Math.abs(hash) % memberBuckets);
}

/** All buckets in which members may be. */
export const bucketsOfMembers = (listed: number): readonly number[] =>
  listed <= membersInFirstBucket ? [0] : Array.from({ length: memberBuckets + 1 }, (_, bucket) => bucket);

/** More members than this: activity is not noted for each of them any more, for ever after. */
export const largeConversation = 5_000;

/** Days since 1970 UTC. */
export const dayOf = (time: number): number => Math.floor(time / 86_400_000);
