import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds until the second try, and at most between two. */
export type Waits = readonly [first: number, most: number];

/**
 * Tries for ever, with growing pauses, until it succeeds or the signal ends it: the feed must not leave anything out,
 * and whoever fails says elsewhere why.
 * @returns whether it succeeded
 */
export async function again(
  attempt: () => Promise<void>,
  [first, most]: Waits,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<boolean> {
  for (let wait = first; !signal.aborted; wait = Math.min(wait * 2, most)) {
    try {
      await attempt();
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      onFailure(error);
    }
    await pause(wait * (0.75 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => undefined);
  }
  return false;
}
