import { up } from '#engines';
import { startClusterServer } from '../../kit/cluster/cluster-server.js';
import type { ServerOptions, TestServer } from '../../kit/server.js';

const names = ['KAFKA_BROKERS', 'CASSANDRA_URL', 'ELASTICSEARCH_URL', 'REDIS_URL'];

/** A cluster on the engines that the environment names, or else on those of this machine, started if they do not run. */
export async function startDemoCluster(options: ServerOptions, tell: (line: string) => void): Promise<TestServer> {
  const named = names.every((name) => (process.env[name] ?? '') !== '');
  if (!named) Object.assign(process.env, await up({ tell }));
  tell('Starting two command-apis, two projectors and two gateways …');
  return startClusterServer(options);
}
