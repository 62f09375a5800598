import type { SocketConstructor, SocketLike } from '../environment.js';
import type { Simulation } from './simulation.js';

type Listener = (event: never) => void;

/** The server's end of a connection. */
export interface ServerEnd {
  /** What the client sent. */
  onText: (text: string) => void;
  /** The connection is gone, whoever ended it. */
  onGone: () => void;
  send(text: string): void;
  close(code: number): void;
}

export interface Network {
  /** Milliseconds on the way, one way; in order all the same. */
  latency(): number;
  /** Undefined: nobody listens. */
  accept(end: ServerEnd): boolean;
}

/** Both ends of one connection in a simulated network: what is on the way when it breaks is lost. */
export class FakeSocket implements SocketLike {
  bufferedAmount = 0;
  readonly #simulation: Simulation;
  readonly #network: Network;
  readonly #listeners = new Map<string, Listener[]>();
  readonly #arrivals = { client: 0, server: 0 };
  #open = false;
  #over = false;
  readonly end: ServerEnd;

  constructor(simulation: Simulation, network: Network) {
    this.#simulation = simulation;
    this.#network = network;
    this.end = {
      onText: () => {},
      onGone: () => {},
      send: (text) => this.#arrive('client', () => this.#emit('message', { data: text })),
      close: (code) => this.#arrive('client', () => this.#finish(code)),
    };
    simulation.after(network.latency(), () => {
      if (this.#over) return;
      if (!network.accept(this.end)) return this.#finish(1006);
      this.#open = true;
      this.#emit('open', {});
    });
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(text: string): void {
    if (this.#open) this.#arrive('server', () => this.end.onText(text));
  }

  close(): void {
    this.#arrive('server', () => this.#finish(1000));
  }

  /** The network breaks: both sides learn of it, what is on the way is lost. */
  cut(): void {
    if (!this.#over) this.#finish(1006);
  }

  /** The network swallows everything from here on and tells nobody. */
  freeze(): void {
    this.#over = true;
    this.end.onGone();
  }

  #arrive(side: 'client' | 'server', deliver: () => void): void {
    const { now } = this.#simulation;
    this.#arrivals[side] = Math.max(this.#arrivals[side], now + this.#network.latency());
    this.#simulation.after(this.#arrivals[side] - now, () => {
      if (!this.#over) deliver();
    });
  }

  #finish(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.end.onGone();
    this.#emit('close', { code, reason: '' });
  }

  #emit(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) (listener as (event: object) => void)(event);
  }
}

/** A WebSocket class whose sockets live in the simulation; `sockets` are all that were made. */
export function fakeWebSocket(
  simulation: Simulation,
  network: Network,
): { readonly WebSocket: SocketConstructor; readonly sockets: FakeSocket[] } {
  const sockets: FakeSocket[] = [];
  class Socket extends FakeSocket {
    constructor() {
      super(simulation, network);
      sockets.push(this);
    }
  }
  return { WebSocket: Socket, sockets };
}
