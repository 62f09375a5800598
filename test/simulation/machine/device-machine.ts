import { ParleyClient, type RecordEntry } from '@parley/client';
import { Incarnation } from '../engine/incarnation.js';
import type { Random } from '../engine/random.js';
import type { Scheduler } from '../engine/scheduler.js';
import { socketOf } from './client-socket.js';
import { DeviceDisk } from './device-store.js';
import type { Network } from './network.js';
import { fetchOf } from './rest-client.js';
import type { ServerProcess } from './server-process.js';

/** Whoever watches what a device is told and what it makes of it. */
export interface DeviceObserver {
  onText(device: DeviceMachine, text: string): void;
  onRecord(device: DeviceMachine, entry: RecordEntry): void;
  onStart(device: DeviceMachine): void;
}

export interface DeviceParts {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly network: Network;
  readonly userId: string;
  readonly deviceId: string;
  readonly observer: DeviceObserver;
  /** A planted bug: what waits to be sent gets another name when the device starts again. */
  readonly renamesRetries: boolean;
  /** A server that takes connections now, the device's own choice. */
  route(random: Random): ServerProcess | null;
}

/** One device of one person: what it keeps outlives the application on it. */
export class DeviceMachine {
  readonly userId: string;
  readonly deviceId: string;
  readonly #parts: DeviceParts;
  readonly #disk: DeviceDisk;
  #actor: Incarnation | null = null;
  #client: ParleyClient | null = null;
  #lives = 0;
  #clockOffset = 0;
  #ids = 0;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
    this.userId = parts.userId;
    this.deviceId = parts.deviceId;
    this.#disk = new DeviceDisk(parts.scheduler, parts.random);
  }

  get client(): ParleyClient | null {
    return this.#client;
  }

  get actor(): Incarnation | null {
    return this.#actor;
  }

  get lives(): number {
    return this.#lives;
  }

  /** Does nothing while the application runs. */
  start(): void {
    if (this.#actor !== null) return;
    const actor = new Incarnation(this.deviceId, ++this.#lives);
    actor.clockOffset = this.#clockOffset;
    this.#actor = actor;
    const { scheduler, observer } = this.#parts;
    scheduler.after(0, actor, () => {
      this.#client = this.#open(actor);
      observer.onStart(this);
      this.#client.connect().catch(() => undefined);
    });
  }

  /** The application ends without a word. */
  crash(): void {
    const actor = this.#actor;
    this.#actor = null;
    this.#client = null;
    actor?.end();
  }

  /** Does something as the application of this device; nothing when it does not run. */
  act(work: (client: ParleyClient) => Promise<unknown> | void): void {
    const client = this.#client;
    if (client === null) return;
    this.#parts.scheduler.after(0, this.#actor, () => {
      // Whoever is refused, or waits in vain, tries something else.
      work(client)?.catch(() => undefined);
    });
  }

  setClock(offset: number): void {
    this.#clockOffset = offset;
    if (this.#actor !== null) this.#actor.clockOffset = offset;
  }

  #open(actor: Incarnation): ParleyClient {
    const { network, random, scheduler, observer, route } = this.#parts;
    const machine = this.deviceId;
    const host = (): ServerProcess | null => route(random);
    const onText = (text: string): void => {
      if (this.#actor === actor) observer.onText(this, text);
    };
    const client = new ParleyClient({
      url: 'http://parley',
      store: this.#renaming(this.#disk.open(actor)),
      tokens: { token: () => Promise.resolve(`${this.userId}/${this.deviceId}`) },
      limits: { messages: 10_000 },
      answerTimeoutMs: 5_000,
      commandTimeoutMs: 20_000,
      connection: { backoffCapMs: 4_000, connectTimeoutMs: 3_000 },
      environment: {
        uniqueId: () => `${machine}-${++this.#ids}`,
        WebSocket: socketOf({ machine, actor, network, route: host, onText }),
        fetch: fetchOf({ machine, actor, network, route: host }),
      },
      record: (entry) => {
        if (this.#actor === actor) observer.onRecord(this, entry);
      },
    });
    client.on('error', (error) => scheduler.fail(error));
    return client;
  }

  #renaming(store: ReturnType<DeviceDisk['open']>): ReturnType<DeviceDisk['open']> {
    if (!this.#parts.renamesRetries) return store;
    return {
      ...store,
      entries: async (prefix) =>
        (await store.entries(prefix)).map(([key, value]) => {
          const renamed = value.replace(/"clientMessageId":"([^"]+)"/, `"clientMessageId":"$1-${this.#lives}"`);
          return [key, prefix.startsWith('outbox') ? renamed : value] as const;
        }),
    };
  }
}
