/** What came of one scenario. */
export interface Row {
  readonly name: string;
  readonly done: string;
  readonly acked: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
  readonly longestPauseMs: number;
  readonly verifier: string;
}
