import type { WebSocket } from 'ws';
import { collectGarbage } from '../measure/collect-garbage.js';
import { registerOrLogIn, operatorName, type Account } from '../measure/parley-people.js';
import { untilProjected } from '../measure/parley-operation.js';
import { closeSocket, connectSocket } from '../measure/parley-socket.js';
import { cpuSeconds, residentBytes } from '../measure/process-figures.js';
import type { Bench } from './bench.js';

/** Sockets that pay for what the first ones set up once. */
const warmUpSockets = 500;
/** Connects under way at a time. */
const connecting = 32;

export const idleSockets: Bench = {
  name: 'idle',
  title: 'An idle authenticated socket: resident memory of the server by socket',
  async run({ grounds, settings, say }) {
    const { dataDir, accounts } = await grounds.crowd();
    const warmUp = accounts.slice(0, warmUpSockets);
    const measured = accounts.slice(warmUpSockets);
    const kibibytes: number[] = [];
    for (let repetition = 0; repetition < settings.repetitions; repetition++) {
      const server = await grounds.parleyOn(dataDir, ['--inspect=127.0.0.1:0']);
      const operator = await registerOrLogIn(server.url, operatorName);
      await untilProjected(server.url, operator, { limitSeconds: 60 });
      const resident = async (): Promise<number> => {
        for (let n = 0; n < 3; n++) await collectGarbage(server.errorOutput());
        return residentBytes(server.pid).now;
      };
      const sockets = await connectAll(server.url, warmUp);
      const before = await resident();
      sockets.push(...(await connectAll(server.url, measured)));
      const after = await resident();
      kibibytes.push((after - before) / 1_024 / measured.length);
      say(`${sockets.length} sockets: ${(after / 2 ** 20).toFixed(0)} MiB resident`);
      await Promise.all(sockets.map(closeSocket));
      await server.stop();
    }
    return {
      figures: [{ name: 'an idle socket', unit: 'KiB', parley: kibibytes, goal: { of: 'value', atMost: 10 } }],
      notes: [
        `what ${measured.length} sockets of as many people add after ${warmUpSockets} others; each authenticated and live, each ` +
          'person in a group of ten; garbage collected before each look',
      ],
    };
  },
};

export const connects: Bench = {
  name: 'connects',
  title: 'Connecting: WebSocket upgrade, token checked, list of conversations sent, live',
  async run({ grounds, settings }) {
    const { dataDir, accounts } = await grounds.crowd();
    const rates: number[] = [];
    const cpu: number[] = [];
    const server = await grounds.parleyOn(dataDir);
    for (let repetition = 0; repetition <= settings.repetitions; repetition++) {
      const cpuBefore = cpuSeconds(server.pid);
      const began = performance.now();
      const sockets = await connectAll(server.url, accounts);
      const seconds = (performance.now() - began) / 1_000;
      // The first time is the warm-up.
      if (repetition > 0) {
        rates.push(sockets.length / seconds);
        cpu.push(((cpuSeconds(server.pid) - cpuBefore) * 1e6) / sockets.length);
      }
      await Promise.all(sockets.map(closeSocket));
    }
    await server.stop();
    return {
      figures: [
        { name: 'connects', unit: '/s', parley: rates, goal: { of: 'value', atLeast: 1_000 } },
        { name: 'server CPU a connect', unit: 'µs', parley: cpu },
      ],
      notes: [
        `${accounts.length} people, ${connecting} connecting at a time, each counted when told \`caught_up\`; all stay ` +
          'connected until the last one is; the generator is one process on the same machine',
      ],
    };
  },
};

async function connectAll(url: string, accounts: readonly Account[]): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let account = accounts[next++]; account !== undefined; account = accounts[next++]) {
      sockets.push(await connectSocket(url, account));
    }
  };
  await Promise.all(Array.from({ length: connecting }, lane));
  return sockets;
}
