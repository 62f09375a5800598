import type { Delivery, DeliveryBatch, UserPresence } from '@parley/ports';
import {
  createLeases,
  RedisPartitionPublisher,
  createProgressBus,
  createRedisRateLimiter,
  createSignalBus,
  OrderedDeliveries,
  type RedisConnection,
  RedisDeviceRegistry,
  RedisNodeDirectory,
  RedisPresenceStore,
  RedisRevocationBus,
} from '@parley/redis';
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { Checkpoints, listening, logger, newPrefix, open, until } from './redis.kit.js';

const partitions = 3;
export const heartbeatMs = 300;
export const ttlMs = 1_500;

/** A projector: every few milliseconds a bit of the log is projected, saved and told. */
class ProjectorProcess {
  readonly stored = new Checkpoints();
  position = 0;
  readonly #told = Array.from({ length: partitions }, () => 0);
  readonly #timer: NodeJS.Timeout;

  constructor(readonly connection: RedisConnection) {
    const publisher = new RedisPartitionPublisher(connection);
    const progress = createProgressBus(connection);
    this.#timer = setInterval(() => {
      this.position += 5;
      for (let partition = 0; partition < partitions; partition++) {
        const deliveries: Delivery[] = [];
        for (let at = this.position - 4; at <= this.position; at++) {
          if (at % partitions === partition)
            deliveries.push({ to: 'user', userId: 'usr_1', position: at, change: `${at}` });
        }
        this.stored.save(partition, this.position);
        const previous = this.#told[partition] ?? 0;
        this.#told[partition] = this.position;
        void publisher.publish({ partition, previous, position: this.position, deliveries });
        progress.tell({ projection: 'search', partition, position: this.position });
        progress.tell({ projection: 'people', partition, position: this.position });
      }
    }, 20);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.connection.close();
  }
}

/** A gateway with one device, which announces itself at every heartbeat. */
class GatewayProcess {
  readonly presence: RedisPresenceStore;
  readonly devices: RedisDeviceRegistry;
  readonly nodes: RedisNodeDirectory;
  readonly signals: ReturnType<typeof createSignalBus>;
  readonly revocations: RedisRevocationBus;
  readonly limiter: ReturnType<typeof createRedisRateLimiter>;
  readonly lease: { close(): Promise<void> };
  working = false;
  readonly changes: UserPresence[] = [];
  readonly revoked: string[] = [];
  readonly replaced: string[] = [];
  gaps = 0;
  delivered = 0;
  handed: number;
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(
    readonly name: string,
    readonly connection: RedisConnection,
    readonly deliveries: OrderedDeliveries,
  ) {
    this.presence = new RedisPresenceStore(connection, { sweepEveryMs: 100 });
    this.presence.onChange((change) => this.changes.push(change));
    this.devices = new RedisDeviceRegistry(connection);
    this.devices.onReplaced(({ sessionId }) => this.replaced.push(sessionId));
    this.nodes = new RedisNodeDirectory(connection);
    this.signals = createSignalBus(connection);
    this.revocations = new RedisRevocationBus(connection);
    this.revocations.subscribe(({ deviceIds }) => this.revoked.push(...deviceIds));
    this.limiter = createRedisRateLimiter(connection, 'user', { quota: 1_000, windowSeconds: 60 });
    this.lease = createLeases(connection, { logger, withoutRedisMs: 60_000 }).hold('relay', async (signal) => {
      this.working = true;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      this.working = false;
    });
    this.handed = deliveries.safePosition();
    deliveries.subscribe((batch) => this.#onBatch(batch));
    const beat = (): void => {
      const now = Date.now();
      const connectionId = `connection of ${name}`;
      void this.presence.announce({ userId: name, deviceId: 'dev_1', connectionId, state: 'online', now, ttlMs });
      void this.devices.renew(name, 'dev_1', `session of ${name}`, ttlMs * 4);
    };
    void this.devices.claim(name, 'dev_1', `session of ${name}`, ttlMs * 4);
    this.#heartbeat = setInterval(beat, heartbeatMs);
    beat();
  }

  static async open(name: string, connection: RedisConnection, stored: Checkpoints): Promise<GatewayProcess> {
    const progress = createProgressBus(connection);
    const deliveries = await OrderedDeliveries.open(connection, { partitions, progress, timeline: stored, logger });
    const gateway = new GatewayProcess(name, connection, deliveries);
    await gateway.nodes.announce({ id: name, kind: 'gateway', address: `http://${name}` });
    return gateway;
  }

  /** What the hub relies on: in order, nothing missing but what a gap covers. */
  #onBatch({ previous, position, deliveries }: DeliveryBatch): void {
    ok(position > this.handed);
    if (previous === position) {
      this.gaps++;
      deepStrictEqual(deliveries, []);
    } else {
      strictEqual(previous, this.handed);
      const expected = Array.from({ length: position - previous }, (_, i) => previous + 1 + i);
      deepStrictEqual(
        deliveries.map((delivery) => delivery.position),
        expected,
      );
      this.delivered += deliveries.length;
    }
    this.handed = position;
  }

  get nodeIds(): string {
    return this.nodes
      .nodes('gateway')
      .map(({ id }) => id)
      .join(' ');
  }

  /** As killed: nothing is said any more. */
  async die(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.nodes.close();
    this.presence.close();
    this.deliveries.close();
    await this.connection.close();
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.lease.close();
    this.devices.close();
    this.signals.close();
    this.revocations.close();
    await this.die();
  }
}

export interface Processes {
  readonly projector: ProjectorProcess;
  readonly gateways: readonly [GatewayProcess, GatewayProcess];
  close(): Promise<void>;
}

/** A projector and two gateways that feel at home: everything works. */
export async function startProcesses(url: string): Promise<Processes> {
  const prefix = newPrefix();
  let closed = false;
  const projector = new ProjectorProcess(await open(url, prefix));
  for (let partition = 0; partition < partitions; partition++) projector.stored.save(partition, 0);
  const gateways = [
    await GatewayProcess.open('usr_one', await open(url, prefix), projector.stored),
    await GatewayProcess.open('usr_two', await open(url, prefix), projector.stored),
  ] as const;
  await listening(...gateways.map(({ connection }) => connection));
  return {
    projector,
    gateways,
    async close() {
      if (closed) return;
      closed = true;
      await projector.close();
      await Promise.all(gateways.map((gateway) => gateway.close()));
    },
  };
}

/** Everything works, live. */
export async function works(all: Processes): Promise<void> {
  const [one, two] = all.gateways;
  const people = [one.name, two.name];
  await until(async () => {
    const presence = await one.presence.get(people).catch(() => []);
    return presence.length === 2 && presence.every(({ state }) => state === 'online');
  });
  await until(() => all.gateways.every(({ nodeIds }) => nodeIds === 'usr_one usr_two'));
  await until(() => all.gateways.filter(({ working }) => working).length === 1);
  await until(() =>
    all.gateways.every(({ connection }) => connection.channels.listening && connection.shards.listening),
  );
  for (const gateway of all.gateways) {
    let { gaps, delivered } = gateway;
    await until(() => {
      const live = gateway.gaps === gaps && gateway.delivered > delivered + 100;
      if (gateway.gaps > gaps) ({ gaps, delivered } = gateway);
      return live;
    });
    ok(all.projector.position - gateway.handed < 200);
  }
  const heard: string[] = [];
  const end = two.signals.subscribe(({ conversationId }) => heard.push(conversationId));
  // Signals may be lost, so they are said again.
  await until(() => {
    one.signals.publish({ conversationId: 'cnv_1', userId: 'usr_1', active: true });
    return heard.includes('cnv_1');
  });
  end();
}
