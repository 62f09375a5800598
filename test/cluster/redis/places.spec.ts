import { afterEach, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Processes, startProcesses, works } from './outage.kit.js';
import { ask, OwnServer, until } from './redis.kit.js';

const servers: OwnServer[] = [];
let all: Processes | null = null;
afterEach(async () => {
  await all?.close();
  all = null;
  await Promise.all(servers.splice(0).map((server) => server.dispose()));
});
const start = async (...args: readonly string[]): Promise<OwnServer> => {
  const server = await OwnServer.start(...args);
  servers.push(server);
  return server;
};

const isWhole = async ({ port }: OwnServer): Promise<boolean> =>
  /cluster_state:ok[^]*cluster_known_nodes:3/.test(await ask(port, 'CLUSTER', 'INFO'));

/** Three nodes with a third of the slots each. */
async function startCluster(): Promise<readonly OwnServer[]> {
  const options = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', '2000'];
  const nodes = [await start(...options), await start(...options), await start(...options)];
  const bounds = [0, 5461, 10923, 16384];
  for (const [index, { port }] of nodes.entries()) {
    await ask(port, 'CLUSTER', 'ADDSLOTSRANGE', String(bounds[index]), String(bounds[index + 1]! - 1));
    await ask(port, 'CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
  }
  for (const { port } of nodes.slice(1)) await ask(nodes[0]!.port, 'CLUSTER', 'MEET', '127.0.0.1', String(port));
  await until(async () => (await Promise.all(nodes.map(isWhole))).every(Boolean));
  return nodes;
}

it('a Redis Cluster serves all features, and again after one of its nodes was away', async () => {
  const nodes = await startCluster();
  all = await startProcesses(`redis+cluster://127.0.0.1:${nodes[0]!.port},127.0.0.1:${nodes[1]!.port}`);
  await works(all);
  for (const node of nodes) {
    await node.kill();
    await sleep(1_000);
    await node.start();
    await works(all);
    expect(all.gateways.map(({ nodeIds }) => nodeIds)).toEqual(['usr_one usr_two', 'usr_one usr_two']);
  }
});

it('sentinels name the new master after a failover', async () => {
  const master = await start();
  const replica = await start('--replicaof', '127.0.0.1', String(master.port));
  const sentinel = await master.sentinel();
  servers.push(sentinel);
  await until(async () => (await ask(replica.port, 'INFO', 'replication')).includes('master_link_status:up'));
  await until(async () =>
    (await ask(sentinel.port, 'SENTINEL', 'MASTER', 'mymaster')).includes('num-slaves\r\n$1\r\n1'),
  );
  all = await startProcesses(`redis+sentinel://127.0.0.1:${sentinel.port}/mymaster`);
  await works(all);
  await master.kill();
  await until(async () => (await ask(replica.port, 'INFO', 'replication')).includes('role:master'), 30_000);
  await works(all);
  expect(all.gateways[0].nodeIds).toBe('usr_one usr_two');
});
