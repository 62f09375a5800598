export interface BackoffOptions {
  /** Longest first wait. */
  readonly baseMs: number;
  /** Longest wait at all. */
  readonly capMs: number;
}

/**
 * Full jitter: evenly between nothing and a bound that doubles with each attempt (0 is the first), so that many clients
 * that lost the same server come back spread out.
 */
export const backoffMs = (attempt: number, random: number, { baseMs, capMs }: BackoffOptions): number =>
  random * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30));
