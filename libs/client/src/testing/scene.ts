import { ParleyClient } from '../client.js';
import type { ClientOptions } from '../client-options.js';
import { ParleyClientError } from '../errors.js';
import type { RecordEntry } from '../recorder.js';
import { FakeLog } from './fake-log.js';
import { FakeServer } from './fake-server.js';
import { type FakeSocket, fakeWebSocket } from './fake-socket.js';
import { Simulation } from './simulation.js';

export interface Device {
  client: ParleyClient;
  readonly userId: string;
  readonly ledger: RecordEntry[];
  readonly sockets: FakeSocket[];
  /** Another client in place of this one, on the same store: as when the app is started again. */
  reopen(): void;
}

/** A server and devices in one simulated world. */
export class Scene {
  readonly simulation: Simulation;
  readonly log = new FakeLog();
  readonly server: FakeServer;
  /** How likely an application is closed when it is told something. */
  restarts = 0;

  constructor(seed = 1) {
    this.simulation = new Simulation(seed);
    this.server = new FakeServer(this.simulation, this.log);
  }

  device(userId: string, options: Partial<ClientOptions> = {}): Device {
    const { WebSocket, sockets } = fakeWebSocket(this.simulation, this.server);
    const ledger: RecordEntry[] = [];
    const start = (): ParleyClient =>
      new ParleyClient({
        url: 'http://parley.test',
        tokens: { token: () => Promise.resolve(userId) },
        environment: this.simulation.environment(WebSocket, (url) => this.#fetch(url, userId)),
        record: (entry) => ledger.push(entry),
        ...options,
      });
    const device = { client: start(), userId, ledger, sockets, reopen: () => void (device.client = start()) };
    return device;
  }

  /** Connects and lets time pass until it is up to date. */
  async connected(userId: string, options: Partial<ClientOptions> = {}): Promise<Device> {
    const device = this.device(userId, options);
    device.client.connect().catch(() => {});
    await this.live(device);
    return device;
  }

  live({ client }: Device): Promise<void> {
    return this.simulation.until(() => client.connection.phase === 'live', 600_000, 'live');
  }

  /** Lets time pass until the promise is settled. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const end = (): void => void (over = true);
    promise.then(end, end);
    await this.simulation.until(() => over, 600_000, 'the promise');
    return promise;
  }

  /** What the log changed is readable and pushed. */
  async projected(): Promise<void> {
    this.server.project();
    await this.simulation.until(() => this.server.projected === this.log.position);
  }

  /** The one read that the client makes by itself: the entry of a conversation. */
  #fetch(url: string, userId: string): Promise<{ status: number; headers: Headers; text(): Promise<string> }> {
    const id = /^http:\/\/parley\.test\/v1\/conversations\/(\w+)$/.exec(url)?.[1];
    if (id === undefined || !this.log.isMember(id, userId))
      return Promise.reject(new ParleyClientError('conversation_not_found', 'no such conversation'));
    const text = JSON.stringify(this.log.entry(id, userId));
    return Promise.resolve({ status: 200, headers: new Headers(), text: () => Promise.resolve(text) });
  }
}

/** Sequences of a conversation that were handed to the application, in the order in which they were. */
export const received = (ledger: readonly RecordEntry[], conversationId: string): number[] =>
  ledger.flatMap((entry) =>
    entry.event === 'received' && entry.conversationId === conversationId ? [entry.sequence] : [],
  );
