import { ReadModelUnavailable } from '@parley/ports';
import { setTimeout as delay } from 'node:timers/promises';

const tries = 3;
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
      await delay(pauseMs * (i + 1));
    }
  }
}
