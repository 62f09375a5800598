import type { ReadFaults } from './compare-history.js';

export interface Hit {
  readonly conversationId: string;
  readonly sequence: number;
}

/**
 * All hits of one search against those that plainly looking at every line finds. A hit that is missing, that comes
 * twice or that does not have the word counts as one mismatch.
 */
export function compareSearch(hits: readonly Hit[], due: readonly Hit[], maySee: (hit: Hit) => boolean): ReadFaults {
  const missing = new Set(due.map(keyOf));
  let mismatches = 0;
  let unauthorised = 0;
  for (const hit of hits) {
    if (missing.delete(keyOf(hit))) continue;
    if (maySee(hit)) mismatches++;
    else unauthorised++;
  }
  return { mismatches: mismatches + missing.size, unauthorised };
}

const keyOf = ({ conversationId, sequence }: Hit): string => `${conversationId} ${sequence}`;
