import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds until the second try, and at most between two. */
const waits = [100, 2_000] as const;

/**
 * Tries for ever, with growing pauses, until it succeeds or the signal ends it: the feed must not leave anything out,
 * and whoever fails says elsewhere why.
 * @returns whether it succeeded
 */
export async function again(
  attempt: () => Promise<void>,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<boolean> {
  for (let wait: number = waits[0]; !signal.aborted; wait = Math.min(wait * 2, waits[1])) {
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
