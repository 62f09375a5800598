import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../demo/logs/random.js';
import type { FaultOptions } from '../options.js';
import type { Talk } from '../talk.js';

export async function kill(talk: Talk, { times, seed }: FaultOptions): Promise<string> {
  const random = new Random(seed);
  for (let n = 0; n < times; n++) {
    await talk.untilAccepted(talk.accepted + 1 + random.below(80));
    // Anywhere within the next few commits, not only right after an answer.
    await sleep(random.below(10));
    await talk.restart();
  }
  return `kill -9, ${times} times (seed ${seed})`;
}

export async function freeze(talk: Talk, { seconds }: FaultOptions): Promise<string> {
  await talk.untilAccepted(talk.accepted + 100);
  process.kill(talk.server.pid, 'SIGSTOP');
  await sleep(seconds * 1_000);
  process.kill(talk.server.pid, 'SIGCONT');
  await talk.untilAccepted(talk.accepted + 100);
  return `SIGSTOP for ${seconds} s`;
}
