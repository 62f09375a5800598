import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createLogger } from '@parley/platform';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandServer } from './command-server.js';
import { commandsPath } from './wire.js';

const logger = createLogger('silent');
const commands = { execute: () => Promise.reject(new Error('nobody asks')) };

describe('connections that ask for another protocol', () => {
  let http: Server;
  let server: CommandServer;
  /** Of the server's end of each connection. */
  let streams: Socket[];

  beforeEach(async () => {
    streams = [];
    http = createServer();
    http.on('connection', (stream) => streams.push(stream));
    server = new CommandServer({ commands, admits: (token) => Promise.resolve(token === 'good'), logger });
    server.attach(http);
    await once(http.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(async () => {
    await server.close();
    http.close();
    for (const stream of streams) stream.destroy();
  });

  const ask = (path: string): Socket => {
    const socket = connect((http.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    return socket;
  };
  const answered = async (path: string): Promise<string> => {
    const socket = ask(path).setEncoding('utf8');
    let text = '';
    for await (const part of socket) text += part as string;
    return text;
  };

  it.each([
    ['/elsewhere', /^HTTP\/1\.1 404 /],
    [commandsPath, /^HTTP\/1\.1 401 /],
  ])('without a good token at %s: are answered and closed', async (path, status) => {
    expect(await answered(path)).toMatch(status);
  });

  it.each(['/elsewhere', commandsPath])('at %s: may break without harm to the process', async (path) => {
    const socket = ask(path);
    await once(http, 'upgrade');
    const [stream] = streams;
    expect(() => stream?.emit('error', new Error('ECONNRESET'))).not.toThrow();
    socket.destroy();
  });
});
