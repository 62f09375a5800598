import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ChildNode, spawnCompatibleNode } from '../../eventstore-node/index.js';
import { migrate, settingsOf, startCluster } from '../../kit/cluster/index.js';
import type { Cluster } from '../../kit/cluster/cluster.js';
import { dropNamespace } from '../../kit/cluster/namespace.js';
import type { Settings } from '../../kit/server-process.js';
import { benchSettings } from '../measure/parley-server.js';

export interface BenchClusterOptions {
  /** For the event log of a compatible node and what each process keeps. */
  readonly directory: string;
  /** Of each app. */
  readonly processes: number;
  /** More than all benches say; `OTEL_…` too. */
  readonly settings?: Settings;
  /** Called with the event log's address when it is up and nothing is projected yet. */
  readonly prefill?: (eventstoreUrl: string) => Promise<void>;
}

/** A process whose CPU and memory are told. */
interface Watched {
  readonly name: string;
  readonly pid: number;
}

/**
 * Many processes of each app on the engines that the environment names, in a namespace of its own. People connect to the
 * gateways in turn: a load balancer on the same machine would be measured with them.
 */
export class BenchCluster {
  private constructor(
    private readonly cluster: Cluster,
    private readonly node: ChildNode | null,
    private readonly engines: Settings,
  ) {}

  /** @throws Error with what is missing */
  static async start(options: BenchClusterOptions): Promise<BenchCluster> {
    const given = ['KAFKA_BROKERS', 'CASSANDRA_URL', 'ELASTICSEARCH_URL', 'REDIS_URL'];
    const missing = given.filter((name) => process.env[name] === undefined);
    if (missing.length > 0) {
      throw new Error(`${missing.join(', ')} not set: npm run engines:up, then take npm run engines:status -- --env`);
    }
    const node = process.env['EVENTSTORE_URL'] === undefined ? await compatibleNode(options.directory) : null;
    const eventstoreUrl = node?.connectionString ?? process.env['EVENTSTORE_URL'] ?? '';
    const engines = settingsOf({ ...process.env, EVENTSTORE_URL: eventstoreUrl }, `b${randomBytes(6).toString('hex')}`);
    try {
      await migrate(engines);
      await options.prefill?.(eventstoreUrl);
      const { processes: count, directory } = options;
      const cluster = await startCluster({
        settings: { PARLEY_KAFKA_PARTITIONS: '3', ...benchSettings, ...engines, ...options.settings },
        directory,
        processes: { 'command-api': count, projector: count, gateway: count },
      });
      return new BenchCluster(cluster, node, engines);
    } catch (error) {
      await node?.kill();
      await dropNamespace(engines);
      throw error;
    }
  }

  /** Of all gateways. */
  get urls(): readonly [string, ...string[]] {
    const [first = '', ...others] = this.cluster.gateways.map((host) => `http://${host}`);
    return [first, ...others];
  }

  /** Where projections are operated. */
  get operatedAt(): string {
    return this.cluster.of('projector')[0]?.server.url ?? '';
  }

  /** Processes of ours: the engines are not among them, but for a compatible node. */
  get watched(): readonly Watched[] {
    return this.cluster.members.map(({ app, number, server }) => ({ name: `${app} ${number}`, pid: server.pid }));
  }

  /** Ends it in good order, so that what is still on its way is told, and takes what it has left off the engines. */
  async leave(): Promise<void> {
    await this.cluster.stop();
    await this.cluster.dispose();
    await this.node?.kill();
    await dropNamespace(this.engines);
  }
}

function compatibleNode(dataDir: string): Promise<ChildNode> {
  const directory = join(dataDir, 'event-log');
  mkdirSync(directory, { recursive: true });
  return spawnCompatibleNode({ directory });
}
