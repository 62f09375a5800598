import type { Environment } from '@parley/client';
import type { Incarnation } from '../engine/incarnation.js';
import { Connection } from './connection.js';
import { clientFrame, closePayload, FrameReader, type Received } from './frame-bytes.js';
import type { Network } from './network.js';
import { ServerStream } from './server-stream.js';

type SocketConstructor = Environment['WebSocket'];
type SocketLike = InstanceType<SocketConstructor>;
type Listener = (event: never) => void;

/** A process that takes sockets. */
interface SocketHost {
  readonly machine: string;
  readonly actor: Incarnation;
  accept(stream: ServerStream): void;
}

export interface Dialler {
  readonly machine: string;
  readonly actor: Incarnation;
  readonly network: Network;
  /** Where a new connection leads; null: nobody listens. */
  route(): SocketHost | null;
  /** Each text frame that came, before anybody else sees it. */
  onText(text: string): void;
}

/** Given up when the server does not answer a farewell in this time, ms. */
const farewellMs = 2_000;

/** A WebSocket as the client library expects it, over a connection of the world. */
class SimulatedSocket implements SocketLike {
  readonly bufferedAmount = 0;
  readonly #dialler: Dialler;
  readonly #listeners = new Map<string, Listener[]>();
  readonly #reader = new FrameReader();
  #connection: Connection | null = null;
  #state: 'connecting' | 'open' | 'closing' | 'closed' = 'connecting';

  constructor(dialler: Dialler) {
    this.#dialler = dialler;
    const { network, machine, actor } = dialler;
    const host = dialler.route();
    const name = host?.machine ?? 'nobody';
    network.scheduler.after(network.delay(machine, name), actor, () => this.#dial(host));
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(data: string): void {
    if (this.#state === 'open') this.#write(clientFrame(1, Buffer.from(data)));
  }

  close(code = 1000, reason = ''): void {
    if (this.#state === 'open') {
      this.#state = 'closing';
      this.#write(clientFrame(8, closePayload(code, reason)));
      const { network, actor } = this.#dialler;
      network.scheduler.after(farewellMs, actor, () => this.#finish(1006));
    } else this.terminate();
  }

  terminate(): void {
    this.#finish(1006);
  }

  #dial(host: SocketHost | null): void {
    if (this.#state !== 'connecting') return;
    if (host === null || !host.actor.alive) return this.#finish(1006);
    const { machine, actor, network } = this.#dialler;
    const stream = new ServerStream(host.actor, machine);
    const connection = new Connection(network, [
      {
        machine,
        actor,
        receive: (bytes) => this.#take(bytes),
        ended: () => this.#finish(1006),
        broken: () => this.#finish(1006),
      },
      {
        machine: host.machine,
        actor: host.actor,
        receive: (bytes) => void stream.push(bytes),
        ended: () => void stream.push(null),
        broken: () => void stream.destroy(),
      },
    ]);
    this.#connection = connection;
    network.scheduler.after(0, host.actor, () => host.accept(stream.over(connection)));
  }

  #write(bytes: Buffer): void {
    if (this.#dialler.actor.step()) this.#connection?.send(0, bytes);
  }

  #take(bytes: Buffer): void {
    for (const received of this.#reader.take(bytes)) if (this.#state !== 'closed') this.#received(received);
  }

  #received(received: Received): void {
    switch (received.type) {
      case 'opened':
        if (this.#state === 'connecting') this.#state = 'open';
        this.#emit('open', {});
        break;
      case 'text':
        this.#dialler.onText(received.text);
        this.#emit('message', { data: received.text });
        break;
      case 'ping':
        this.#write(clientFrame(10, received.payload));
        break;
      case 'closed':
        if (this.#state === 'open') this.#write(clientFrame(8, closePayload(1000, '')));
        this.#finish(received.code, received.reason);
        break;
      case 'refused':
        this.#finish(1006);
    }
  }

  #finish(code: number, reason = ''): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    if (this.#connection === null || code === 1006) this.#connection?.break(0);
    else this.#connection.end(0);
    this.#emit('close', { code, reason });
  }

  #emit(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) (listener as (event: object) => void)(event);
  }
}

/** A WebSocket class for one process of one device. */
export function socketOf(dialler: Dialler): SocketConstructor {
  return class extends SimulatedSocket {
    constructor() {
      super(dialler);
    }
  };
}
