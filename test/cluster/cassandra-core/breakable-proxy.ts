import { once } from 'node:events';
import { createServer, connect, type Server, type Socket } from 'node:net';

/** A TCP relay before one node, which can be away, silent or back: the client cannot tell it from the node. */
export class BreakableProxy {
  #server: Server | null = null;
  #silent = false;
  readonly #sockets = new Set<Socket>();
  port = 0;

  constructor(private readonly target: { readonly host: string; readonly port: number }) {}

  /** Listens, on the same port as before if there was one. */
  async open(): Promise<void> {
    const server = createServer((client) => this.#relay(client));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as { port: number }).port;
    this.#server = server;
  }

  /** Reserves a port that nobody listens on. */
  async reservePort(): Promise<void> {
    await this.open();
    await this.close();
  }

  /** Connections break, new ones are refused. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#silent = false;
    const closed = server === null ? null : once(server, 'close');
    server?.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Connections stay, nothing comes through any more. */
  silence(): void {
    this.#silent = true;
    for (const socket of this.#sockets) socket.pause();
  }

  speak(): void {
    this.#silent = false;
    for (const socket of this.#sockets) socket.resume();
  }

  #relay(client: Socket): void {
    const node = connect(this.target);
    for (const [from, to] of [
      [client, node],
      [node, client],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (data) => to.write(data));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#silent) from.pause();
    }
  }
}
