import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket as PackageSocket, WebSocketServer } from 'ws';
import { ParleyClient } from './client.js';
import { systemEnvironment } from './environment.js';

const servers: WebSocketServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
});

/** Welcomes everybody and is at once up to date. */
async function welcoming(): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  servers.push(server);
  server.on('connection', (socket) => {
    socket.on('message', () => {
      const person = { sessionId: 's', userId: 'usr_a', deviceId: 'dev_a', heartbeatMs: 5000, serverTime: '' };
      socket.send(
        JSON.stringify([
          { type: 'welcome', ...person },
          { type: 'caught_up', cursor: 'c1' },
        ]),
      );
    });
  });
  await vi.waitFor(() => expect(server.address()).not.toBeNull());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('real sockets', () => {
  it.each([
    ['of the platform', {}],
    ['of the package ws', { WebSocket: PackageSocket }],
  ])('%s connect, reconnect and close', async (_, environment) => {
    const url = await welcoming();
    const client = new ParleyClient({ url, tokens: { token: () => Promise.resolve('t') }, environment });
    await client.connect();
    const phases: string[] = [];
    client.on('state', ({ phase }) => phases.push(phase));
    for (const socket of servers[0]?.clients ?? []) socket.terminate();
    await vi.waitFor(() => expect(phases.at(-1)).toBe('live'));
    expect(phases[0]).toBe('waiting');
    await client.close();
    await vi.waitFor(() => expect(servers[0]?.clients.size).toBe(0));
  });

  it.each([
    ['of the platform', {}],
    ['of the package ws', { WebSocket: PackageSocket }],
  ])('%s wait when nobody listens', async (_, environment) => {
    const tokens = { token: () => Promise.resolve('t') };
    const client = new ParleyClient({ url: 'http://127.0.0.1:9', tokens, environment });
    client.connect().catch(() => {});
    await vi.waitFor(() => expect(client.connection.phase).toBe('waiting'));
    await client.close();
  });
});

it('is the real world unless a part of it is replaced', async () => {
  const environment = systemEnvironment({ now: () => 7 });
  expect(environment.now()).toBe(7);
  expect(environment.random()).toBeLessThan(1);
  expect(environment.uniqueId()).toMatch(/^[0-9a-f]{32}$/);
  expect(environment.uniqueId()).not.toBe(environment.uniqueId());
  expect(await environment.exclusive('name', () => Promise.resolve(5))).toBe(5);
  await new Promise<void>((resolve) => environment.defer(resolve));
  await new Promise<void>((resolve) => void environment.setTimer(resolve, 1));
  environment.setTimer(() => expect.unreachable(), 0).cancel();
});
