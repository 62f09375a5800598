import { WebSocket } from 'ws';
import { untilOnlyDevices } from './network.js';
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

/** What the server keeps for one of the slow at most. */
export const slowBytes = 65_536;
/** Together more than the operating system takes in for a socket that nobody reads. */
const largeMessages = 800;
const largeText = 'long story '.repeat(1_000);
const leastRoomMiB = 256;
const mebibyte = 1_048_576;

export async function slowReaders(talk: Talk, { sockets }: FaultOptions): Promise<string> {
  const held = await openAll(talk, await talk.morePeople(Math.ceil(sockets / 10), 'members'));
  const codes = new Map<number, number>();
  for (const socket of held) {
    socket.on('close', (code) => codes.set(code, (codes.get(code) ?? 0) + 1));
    socket.pause();
  }
  const [before, began] = [await residentMiB(talk), performance.now()];
  let most = before;
  for (let n = 0; n < largeMessages; n++) {
    const answer = await talk.tryToSend(largeText);
    if (answer !== 'accepted') throw new Error(`others were refused: ${answer}`);
    if (n % 50 === 0) most = Math.max(most, await residentMiB(talk));
  }
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  await untilOnlyDevices(talk);
  for (const socket of held) socket.resume();
  await talk.untilAccepted(talk.accepted + 100);
  const codesSeen = [...codes].map(([code, count]) => `${count} with ${code}`).join(', ');
  for (const socket of held) socket.terminate();
  if ([...codes.keys()].some((code) => code !== tooSlow && code !== notSaid))
    throw new Error(`slow sockets were closed ${codesSeen}`);
  const allowed = leastRoomMiB + (held.length * slowBytes) / mebibyte;
  if (most - before > allowed) throw new Error(`the server grew by ${Math.round(most - before)} MiB`);
  return (
    `${held.length} sockets read nothing while ${largeMessages} messages of 11 kB came, in ${seconds} s; ` +
    `closed: ${codesSeen}; the server grew from ${Math.round(before)} to ${Math.round(most)} MiB`
  );
}

const tooSlow = 4000;
/** What a socket says that was ended before it had read why. */
const notSaid = 1006;

const residentMiB = async (talk: Talk): Promise<number> =>
  (await talk.figure('process_resident_memory_bytes')) / mebibyte;

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
      socket.once('message', (data: Buffer) => {
        // Anything else says why it is not.
        if ((JSON.parse(data.toString()) as { type: string }).type !== 'welcome') return;
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
