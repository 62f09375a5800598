import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer, type RawData } from 'ws';
import { batchFrames, type Directory, type Passage } from './batch-frames.js';
import { CommitFile } from './commit-file.js';
import type { ClientFrame, DeliveredMessage, Hello } from './frames.js';

export interface Relay {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * The durable relay: the least that a messaging server can do and still keep its word. Every message is on disk
 * before it is acknowledged and delivered, and nothing else is done: no history, no accounts, no checks. What a real
 * server costs beyond this is the price of its features.
 *
 * @param port on 127.0.0.1; 0 takes a free one
 * @param file gets one line of JSON for each message; appended to if it is there
 */
export async function startRelay(port: number, file: string): Promise<Relay> {
  const clients = new Clients();
  let counter = 0;
  const commits = new CommitFile<Passage<WebSocket>>(
    file,
    (passage) => passage.json,
    (batch) => {
      for (const [client, frame] of batchFrames(batch, clients)) client.send(frame, { binary: false });
    },
  );

  const server = new WebSocketServer({ host: '127.0.0.1', port, perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.once('message', (data) => {
      const hello = parse(data) as Hello;
      clients.add(socket, hello);
      socket.on('message', (later) => {
        for (const { id, to, text } of (parse(later) as ClientFrame).messages) {
          const message: DeliveredMessage = { n: ++counter, from: hello.hello, to, text };
          commits.add({ sender: socket, id, to, json: JSON.stringify(message) });
        }
      });
      socket.send('{"welcome":true}');
    });
    socket.on('error', () => socket.terminate());
  });
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((done) => server.close(done));
      commits.close();
    },
  };
}

/** Clients by name and by group, for as long as their socket is open. */
class Clients implements Directory<WebSocket> {
  readonly #byName = new Map<string, WebSocket>();
  readonly #byGroup = new Map<string, Set<WebSocket>>();

  add(socket: WebSocket, { hello, groups }: Hello): void {
    this.#byName.set(hello, socket);
    for (const group of groups) {
      const members = this.#byGroup.get(group);
      if (members) members.add(socket);
      else this.#byGroup.set(group, new Set([socket]));
    }
    socket.once('close', () => {
      if (this.#byName.get(hello) === socket) this.#byName.delete(hello);
      for (const group of groups) this.#byGroup.get(group)?.delete(socket);
    });
  }

  peer(name: string): WebSocket | undefined {
    return this.#byName.get(name);
  }

  group(name: string): Iterable<WebSocket> {
    return this.#byGroup.get(name) ?? [];
  }
}

/** Clients of the yardstick are our own: what they send is taken at its word. */
const parse = (data: RawData): unknown => JSON.parse((data as Buffer).toString());
