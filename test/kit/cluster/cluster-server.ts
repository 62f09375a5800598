import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnCompatibleNode } from '../../eventstore-node/index.js';
import { metricsOf } from '../server-process.js';
import type { ServerOptions, TestServer } from '../test-server.js';
import { type Cluster, type ClusterOptions, type Member, startCluster } from './cluster.js';
import { GatewayBalancer } from './gateway-balancer.js';
import { migrate } from './migrate.js';
import { settingsOf } from './settings.js';
import { dropNamespace } from './namespace.js';

/** A cluster that looks like one server, and its processes. */
export interface ClusterServer extends TestServer {
  readonly cluster: Cluster;
}

/**
 * A cluster of two processes of each app on the engines that the environment names (`KAFKA_BROKERS` and so on), in a
 * namespace of its own, behind one address. Without EVENTSTORE_URL its event log is a compatible node.
 */
export async function startClusterServer(
  options: ServerOptions & Pick<ClusterOptions, 'processes'>,
): Promise<ClusterServer> {
  const name = `t${randomBytes(6).toString('hex')}`;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'parley-cluster-'));
  const node = process.env['EVENTSTORE_URL'] === undefined ? await compatibleNode(dataDir) : null;
  const engines = settingsOf(
    { ...process.env, ...(node === null ? {} : { EVENTSTORE_URL: node.connectionString }) },
    name,
  );
  const settings = { PARLEY_KAFKA_PARTITIONS: '3', ...engines, ...options.environment };
  const { processes = {} } = options;
  const cluster = await migrate(engines)
    .then(() => startCluster({ settings, directory: dataDir, processes }))
    .catch(async (error: unknown) => {
      await node?.kill();
      throw error;
    });
  const balancer = await GatewayBalancer.start(cluster.gateways);
  const [first] = cluster.of('gateway');
  if (first === undefined) throw new Error('a cluster without a gateway');

  const server: ClusterServer = {
    cluster,
    url: balancer.url,
    socketUrl: `${balancer.url.replace(/^http/, 'ws')}/v1/socket`,
    dataDir,
    settings: first.settings,
    async metrics() {
      return Object.fromEntries(await Promise.all(cluster.members.filter(({ number }) => number === 1).map(ofMember)));
    },
    pid: first.server.pid,
    errorOutput: () => cluster.members.map((member) => member.server.errorOutput()).join(''),
    async stop() {
      const codes = [];
      for (const app of ['gateway', 'projector', 'command-api'] as const)
        codes.push(...(await Promise.all(cluster.of(app).map((member) => member.stop()))));
      return codes.find((code) => code !== 0) ?? 0;
    },
    async kill() {
      await Promise.all(cluster.members.map((member) => member.kill()));
    },
    async restart(environment) {
      await Promise.all(cluster.members.map((member) => member.start(environment)));
      return server;
    },
    async dispose() {
      await cluster.dispose();
      await balancer.close();
      await node?.kill();
      await dropNamespace(engines);
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return server;
}

const ofMember = async ({ app, server }: Member): Promise<[string, string]> => [app, await metricsOf(server.url)];

function compatibleNode(dataDir: string): ReturnType<typeof spawnCompatibleNode> {
  const directory = join(dataDir, 'event-log');
  mkdirSync(directory, { recursive: true });
  return spawnCompatibleNode({ directory });
}
