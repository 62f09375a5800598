import { setTimeout as sleep } from 'node:timers/promises';
import { ParleyClientError } from '@parley/client';

const longestMs = 120_000;

/**
 * Repeats a request until there is an answer that will not change, as people do while a server is away. Only for what
 * may be done twice.
 *
 * @throws the last error: at once when it is final, otherwise after two minutes
 */
export async function insist<T>(request: () => Promise<T>): Promise<T> {
  const until = performance.now() + longestMs;
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 1_000)) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof ParleyClientError) || !error.retryable || performance.now() > until) throw error;
      await sleep(Math.max(waitMs, error.retryAfterMs ?? 0));
    }
  }
}
