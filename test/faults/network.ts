import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Way } from './way.js';

/** Each way by itself. TCP repeats what was lost: to those who talk over it, loss is lateness. */
export interface Lateness {
  readonly delayMs: number;
  /** Of the pieces that are lost once. */
  readonly lossShare: number;
  /** Until a lost piece is sent again. */
  readonly repeatMs: number;
}

interface Pair {
  readonly device: Socket;
  readonly server: Socket;
  isSilent: boolean;
}

/**
 * Between devices and their server, on loopback: passes on what comes, each way in its order, and can be a bad network.
 * It models one: there is no packet here to lose.
 */
export class Network {
  lateness: Lateness | null = null;
  readonly #pairs = new Set<Pair>();

  private constructor(
    private readonly listener: Server,
    private readonly serverPort: number,
    private readonly random: () => number,
  ) {
    listener.on('connection', (device) => this.#join(device));
  }

  static async before(serverUrl: string, random: () => number): Promise<Network> {
    const listener = createServer();
    const network = new Network(listener, Number(new URL(serverUrl).port), random);
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return network;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  /** Connections that are open now stay open on both sides, and nothing comes through them any more. Answers how many. */
  silence(): number {
    let silenced = 0;
    for (const pair of this.#pairs) {
      if (!pair.isSilent) silenced++;
      pair.isSilent = true;
    }
    return silenced;
  }

  close(): void {
    this.listener.close();
    for (const { device, server } of this.#pairs) {
      device.destroy();
      server.destroy();
    }
  }

  #join(device: Socket): void {
    const server = connect(this.serverPort, '127.0.0.1');
    const pair: Pair = { device, server, isSilent: false };
    this.#pairs.add(pair);
    this.#carry(pair, device, server);
    this.#carry(pair, server, device);
  }

  #carry(pair: Pair, from: Socket, to: Socket): void {
    const way = new Way(to);
    from.setNoDelay(true);
    from.on('error', () => undefined);
    from.on('data', (piece) => {
      if (!pair.isSilent) way.send(piece, this.#lateMs());
    });
    // Whoever hangs up on a silent connection is not heard on the other side either.
    from.on('close', () => {
      if (!pair.isSilent) way.end(this.#lateMs());
      if (pair.device.destroyed && pair.server.destroyed) this.#pairs.delete(pair);
    });
  }

  #lateMs(): number {
    if (this.lateness === null) return 0;
    const { delayMs, lossShare, repeatMs } = this.lateness;
    return delayMs + (this.random() < lossShare ? repeatMs : 0);
  }
}
