import { ReadModelUnavailable } from '@parley/ports';
import { setTimeout as delay } from 'node:timers/promises';

const tries = 4;
/** Before the second attempt; doubled for each further one, and anything from half of it to the whole. */
const pauseMs = 100;

/**
 * Makes a lightweight transaction whose answer may get lost: `attempt` looks at what is there (with `serial`, which
 * settles what was under way) and changes it by a condition on that; it is made again, a few times, where the engine
 * gave no answer. `again`: an earlier attempt may have gone through.
 * @throws ReadModelUnavailable: done or not done is not known
 */
export async function settled<T>(attempt: (again: boolean) => Promise<T>): Promise<T> {
  for (let i = 0; ; i++) {
    try {
      return await attempt(i > 0);
    } catch (error) {
      if (!(error instanceof ReadModelUnavailable) || i + 1 >= tries) throw error;
      // Several that got in each other's way must not come back together.
      await delay(pauseMs * 2 ** i * (0.5 + Math.random() / 2));
    }
  }
}
