import { WebSocket } from 'ws';
import { subprotocol } from '@parley/protocol';
import { execFileSync } from 'node:child_process';
import type { FaultOptions } from '../options.js';
import type { Talk } from '../talk.js';

const welcomeWithinMs = 120_000;

/** One person a socket: a person has at most 50 devices. */
export async function reconnect(talk: Talk, { sockets: wanted }: FaultOptions): Promise<string> {
  const sockets = Math.min(wanted, Number(execFileSync('sh', ['-c', 'ulimit -n'])) - 500);
  const tokens = await talk.morePeople(sockets, 'strangers');
  let held = await openAll(talk, tokens);
  await talk.restart();
  for (const socket of held) socket.terminate();
  const began = performance.now();
  held = await openAll(talk, tokens);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  await talk.untilAccepted(talk.accepted + 100);
  for (const socket of held) socket.terminate();
  return `${sockets} sockets reconnected at once after a kill, the last was welcome after ${seconds} s`;
}

export async function slowReaders(talk: Talk, { sockets }: FaultOptions): Promise<string> {
  const held = await openAll(talk, await talk.morePeople(Math.ceil(sockets / 10), 'members'));
  for (const socket of held) socket.pause();
  const before = performance.now();
  await talk.untilAccepted(talk.accepted + 2_000);
  const seconds = ((performance.now() - before) / 1_000).toFixed(1);
  for (const socket of held) socket.terminate();
  return `${held.length} sockets read nothing while 2,000 messages came, in ${seconds} s`;
}

const openAll = (talk: Talk, tokens: readonly string[]): Promise<WebSocket[]> =>
  Promise.all(tokens.map((token) => openOne(talk.server.socketUrl, token)));

/** Tries again as a client does, until it is welcome. */
function openOne(url: string, token: string): Promise<WebSocket> {
  const giveUpAt = performance.now() + welcomeWithinMs;
  return new Promise((resolve, reject) => {
    const attempt = (): void => {
      const socket = new WebSocket(url, [subprotocol]);
      let isWelcome = false;
      socket.on('error', () => undefined);
      socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', token })));
      socket.once('message', () => {
        isWelcome = true;
        resolve(socket);
      });
      socket.on('close', (code) => {
        if (isWelcome) return;
        if (performance.now() > giveUpAt) reject(new Error(`a socket was not let in: ${code}`));
        else setTimeout(attempt, 100 + Math.random() * 900);
      });
    };
    attempt();
  });
}
