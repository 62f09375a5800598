import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * One address for all gateways: connections go to one after the other, past those that do not answer. What tests need of
 * a TCP load balancer, in this process.
 */
export class GatewayBalancer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #next = 0;

  private constructor(private readonly gateways: readonly string[]) {
    this.#server = createServer((client) => this.#forward(client, gateways.length));
  }

  static async start(gateways: readonly string[]): Promise<GatewayBalancer> {
    const balancer = new GatewayBalancer(gateways);
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #forward(client: Socket, tries: number): void {
    const [host, port] = (this.gateways[this.#next++ % this.gateways.length] ?? '').split(':');
    const gateway = connect(Number(port), host);
    this.#keep(client).pause();
    const refused = (): void => {
      if (tries > 1) this.#forward(client, tries - 1);
      else client.destroy();
    };
    gateway.once('error', refused);
    gateway.once('connect', () => {
      gateway.off('error', refused);
      this.#keep(gateway);
      for (const [from, to] of [
        [client, gateway],
        [gateway, client],
      ] as const) {
        from.setNoDelay(true);
        from.pipe(to);
        from.once('close', () => to.destroy());
      }
    });
  }

  #keep(socket: Socket): Socket {
    if (this.#sockets.has(socket)) return socket;
    this.#sockets.add(socket);
    return socket.on('error', () => socket.destroy()).once('close', () => this.#sockets.delete(socket));
  }
}
