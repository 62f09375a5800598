import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { balancerStatus, startBalancer, stopBalancer } from '#balancer';
import { down, up } from '#engines';
import { type Cluster, startCluster } from '../../kit/cluster/cluster.js';
import { migrate, settingsOf } from '../../kit/cluster/index.js';
import type { Settings } from '../../kit/server-process.js';
import { engineOf, isEngine, isNode, type Target } from '../cells.js';
import { type Breakable, breakableEngine } from './breakable.js';
import { breakableApp } from './breakable-app.js';
import { EventLogNode } from './event-log-node.js';

export interface PlaceOptions {
  /** For data, logs and what runs. */
  readonly home: string;
  /** Added to the standard ports of the engines; null: any free ones. */
  readonly portOffset: number | null;
  /** Of Kafka and Cassandra. */
  readonly nodes: 1 | 3;
  /** Disks in memory that can be filled; null: none, and no disk is filled. As root. */
  readonly smallDiskMiB: number | null;
  /** Leaves the engines up at the end, for the next run. */
  readonly keepEngines: boolean;
  readonly tell: (line: string) => void;
}

/** No limit for strangers: a town of made-up people lives on one address. */
const settings: Settings = {
  PARLEY_LOG_LEVEL: 'warn',
  PARLEY_KAFKA_PARTITIONS: '3',
  PARLEY_PASSWORD_COST: '10',
  PARLEY_ACCESS_TTL: '86400',
  PARLEY_CONNECTIONS_PER_ADDRESS: '1000000',
  PARLEY_ACCEPTS_PER_SECOND: '1000000',
  PARLEY_FRAMES_PER_SECOND: '100000',
  PARLEY_REQUESTS_PER_MINUTE_USER: '1000000',
  PARLEY_REQUESTS_PER_MINUTE_ADDRESS: '100000000',
  PARLEY_CREDENTIALS_PER_MINUTE: '100000000',
};

const balancedWithinMs = 120_000;

/**
 * Where outages happen: engines of its own, two processes of each app, a stock load balancer before the gateways. All of
 * it can be broken.
 */
export class Place {
  private constructor(
    private readonly options: PlaceOptions,
    private readonly eventLog: EventLogNode,
    readonly cluster: Cluster,
    /** Of the balancer. */
    readonly url: string,
  ) {}

  /** Everything anew, under a name of its own on engines that run already. */
  static async open(options: PlaceOptions): Promise<Place> {
    const { home, portOffset, nodes, smallDiskMiB, keepEngines, tell } = options;
    mkdirSync(home, { recursive: true });
    const addresses = await up({
      home,
      ...(portOffset === null ? { freePorts: true } : { portOffset }),
      ...(smallDiskMiB === null ? {} : { smallDiskMiB }),
      nodes,
      proxied: true,
      tell,
    });
    const eventLog = await EventLogNode.open(join(home, `event-log-${process.pid}`), smallDiskMiB);
    try {
      const engines = settingsOf(
        { ...addresses, EVENTSTORE_URL: eventLog.connectionString },
        `o${randomBytes(4).toString('hex')}`,
      );
      tell(await migrate(engines));
      const directory = join(home, `apps-${process.pid}`);
      const cluster = await startCluster({
        settings: { ...settings, ...engines, PARLEY_KAFKA_REPLICATION: String(nodes) },
        directory,
        tell,
      });
      const gateways = cluster.gateways.map((address) => {
        const [host = '', port] = address.split(':');
        return { host, port: Number(port) };
      });
      // One may be left of a run that was interrupted.
      await stopBalancer({ home });
      const { host, port } = await startBalancer({ home, gateways, tell });
      const place = new Place(options, eventLog, cluster, `http://${host}:${port}`);
      await place.#balanced();
      return place;
    } catch (error) {
      await eventLog.close();
      if (!keepEngines) await down({ home });
      throw error;
    }
  }

  /** One of everything that has this name. */
  breakable(target: Target): Breakable {
    if (target === 'event-log') return this.eventLog;
    if (isEngine(target)) return breakableEngine(target, { home: this.options.home });
    if (isNode(target)) return breakableEngine(engineOf(target), { home: this.options.home, node: 1 });
    return breakableApp(this.cluster.of(target), () => this.#balanced());
  }

  /** New processes of all apps, when nobody knows what state the old ones are in. */
  async renew(): Promise<void> {
    await this.cluster.dispose();
    await Promise.all(this.cluster.members.map((member) => member.start()));
    await this.#balanced();
  }

  get home(): string {
    return this.options.home;
  }

  /** What the apps wrote to standard error since each was started last. */
  complaints(): string {
    return this.cluster.members
      .map(({ app, number, server }) => `--- ${app} ${number}\n${server.errorOutput()}`)
      .join('\n');
  }

  async #balanced(): Promise<void> {
    const { home } = this.options;
    const until = performance.now() + balancedWithinMs;
    while ((await balancerStatus({ home })).some(({ state }) => state !== 'UP')) {
      if (performance.now() > until) throw new Error('a gateway gets no connections from the balancer');
      await sleep(100);
    }
  }

  async close(): Promise<void> {
    await stopBalancer({ home: this.options.home });
    await this.cluster.dispose();
    await this.eventLog.close();
    if (!this.options.keepEngines) await down({ home: this.options.home });
  }
}
