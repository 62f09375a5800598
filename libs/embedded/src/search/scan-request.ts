import type { SearchTerm } from '@parley/ports';
import type { SequenceWindow } from '@parley/events';

/** What the query thread is asked: plain data. */
export interface ScanRequest {
  readonly terms: readonly SearchTerm[];
  /** The searcher's conversations now, narrowed by `in:`. Nothing of others leaves the thread. */
  readonly conversationIds: readonly string[];
  /** As far as they are known; a conversation without them lets every message pass, and the caller judges. */
  readonly windows: Readonly<Record<string, readonly SequenceWindow[]>>;
  readonly from: readonly string[] | null;
  /** Milliseconds since 1970 UTC: `before` is exclusive, `after` inclusive. */
  readonly before: number | null;
  readonly after: number | null;
  readonly hasLink: boolean;
  readonly hasMention: boolean;
  /** Only messages below this position; null: from the newest. */
  readonly below: number | null;
  readonly order: 'newest' | 'relevance';
  /** By relevance: go on after this one. */
  readonly rankedAfter: { readonly rank: number; readonly position: number } | null;
  /** At least 1. */
  readonly wanted: number;
  /** Rows that may be looked at. */
  readonly budget: number;
  /** How long the newest are looked for, in milliseconds; at least one chunk is looked at. */
  readonly milliseconds: number;
}

export interface Candidate {
  readonly position: number;
  readonly conversationId: string;
  readonly sequence: number;
  readonly rank?: number;
}

export interface ScanAnswer {
  /** In the order asked for; at most `wanted`. */
  readonly candidates: readonly Candidate[];
  /** Everything above this position was looked at; null: everything was. */
  readonly reached: number | null;
  readonly examined: number;
  /** Of the projection. */
  readonly asOf: number;
}
