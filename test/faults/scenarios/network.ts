import { setTimeout as sleep } from 'node:timers/promises';
import type { Network } from '../network.js';
import type { Talk } from '../talk.js';

const times = 3;
const withinMs = 60_000;
const messages = 1_000;

/** Behind a network that drops connections without a word, as phones do that leave the house. */
export async function halfOpen(talk: Talk): Promise<string> {
  const network = networkOf(talk);
  const took: string[] = [];
  for (let n = 0; n < times; n++) {
    await talk.untilAccepted(talk.accepted + 100);
    const began = performance.now();
    const silenced = network.silence();
    await talk.untilAccepted(talk.accepted + 100);
    const backMs = performance.now() - began;
    await untilOnlyDevices(talk);
    const goneMs = performance.now() - began;
    took.push(`${silenced} (back after ${seconds(backMs)}, let go by the server after ${seconds(goneMs)})`);
  }
  return `connections gone silent, heartbeat 2 s: ${took.join('; ')}`;
}

export async function loss(talk: Talk): Promise<string> {
  networkOf(talk).lateness = { delayMs: 100, lossShare: 0.01, repeatMs: 300 };
  const began = performance.now();
  await talk.untilAccepted(talk.accepted + messages);
  return `100 ms later each way, 1 % lost once and repeated after 300 ms: ${messages} sends in ${seconds(performance.now() - began)}`;
}

/** The server has ended all other sockets. @throws Error when it still has some after a minute */
export async function untilOnlyDevices(talk: Talk): Promise<void> {
  const until = performance.now() + withinMs;
  for (let open = NaN; open !== talk.ledgers.length; await sleep(20)) {
    if (performance.now() > until) throw new Error(`${open} sockets are open, for ${talk.ledgers.length} devices`);
    open = await talk.figure('parley_active_connections');
  }
}

function networkOf({ network }: Talk): Network {
  if (network === null) throw new Error('this scenario needs a network between devices and server');
  return network;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
