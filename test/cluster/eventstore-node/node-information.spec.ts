import {
  EventStoreDBClient,
  persistentSubscriptionToAllSettingsFromDefaults,
  UnsupportedError,
} from '@eventstore/db-client';
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import monitoringGrpc from '@eventstore/db-client/generated/monitoring_grpc_pb.js';
import monitoring from '@eventstore/db-client/generated/monitoring_pb.js';
import type { StatsResp } from '@eventstore/db-client/generated/monitoring_pb.js';
import operationsGrpc from '@eventstore/db-client/generated/operations_grpc_pb.js';
import persistentGrpc from '@eventstore/db-client/generated/persistent_grpc_pb.js';
import projectionsGrpc from '@eventstore/db-client/generated/projections_grpc_pb.js';
import featuresGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import usersGrpc from '@eventstore/db-client/generated/users_grpc_pb.js';
import { Client, credentials, status } from '@grpc/grpc-js';
import type { ServiceDefinition, ServiceError } from '@grpc/grpc-js';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompatibleNode } from '../../eventstore-node/index.js';
import { aNode, aStream, collect, failure, numbered, until } from './kit.js';

let node: CompatibleNode;
let client: EventStoreDBClient;
let raw: Client;

beforeAll(async () => {
  ({ node, client } = await aNode());
  raw = new Client(`127.0.0.1:${String(node.port)}`, credentials.createInsecure());
});

afterAll(() => raw.close());

const services: readonly ServiceDefinition[] = [
  streamsGrpc.StreamsService,
  featuresGrpc.ServerFeaturesService,
  gossipGrpc.GossipService,
  monitoringGrpc.MonitoringService,
  operationsGrpc.OperationsService,
  persistentGrpc.PersistentSubscriptionsService,
  projectionsGrpc.ProjectionsService,
  usersGrpc.UsersService,
];

/** How the node answers an empty message to this method. Answers that do not end by themselves are cancelled. */
const codeOf = (path: string): Promise<status> =>
  new Promise((resolve) => {
    const call = raw.makeBidiStreamRequest(
      path,
      () => Buffer.alloc(0),
      (bytes) => bytes,
    );
    call.on('data', () => call.cancel());
    call.on('error', (error: ServiceError) => resolve(error.code));
    call.on('end', () => resolve(status.OK));
    call.write({});
    call.end();
  });

const supportedMethods = (): Promise<SupportedMethods> =>
  new Promise((resolve, reject) => {
    const features = new featuresGrpc.ServerFeaturesClient(
      `127.0.0.1:${String(node.port)}`,
      credentials.createInsecure(),
    );
    features.getSupportedMethods(new shared.Empty(), (error, answer) => {
      features.close();
      if (error === null) resolve(answer);
      else reject(error);
    });
  });

describe('what the node says it can', () => {
  it('is what it can, and all else answers UNIMPLEMENTED', async () => {
    const listed = new Set(
      (await supportedMethods())
        .getMethodsList()
        .map((method) => `/${method.getServiceName()}/${method.getMethodName()}`),
    );
    expect(listed.size).toBe(8);
    for (const method of services.flatMap((service) => Object.values(service))) {
      const code = await codeOf(method.path);
      const implemented = code !== status.UNIMPLEMENTED;
      expect({ path: method.path, implemented }).toEqual({
        path: method.path,
        implemented: listed.has(method.path.toLowerCase()),
      });
    }
  });

  it('is in the README what it cannot', () => {
    const readme = readFileSync(new URL('../../eventstore-node/README.md', import.meta.url), 'utf8');
    for (const service of ['PersistentSubscriptions', 'Projections', 'Users', 'Operations'])
      expect(readme).toContain(service);
  });

  it('names the release that it follows, and itself', async () => {
    expect((await supportedMethods()).getEventStoreServerVersion()).toMatch(/^23\.10\.\d+\+compatible-node$/);
  });

  it('makes the client refuse by itself what is left out', async () => {
    const settings = persistentSubscriptionToAllSettingsFromDefaults();
    const error = await failure(client.createPersistentSubscriptionToAll('group', settings));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect((await failure(client.listProjections())).message).toContain('UNIMPLEMENTED');
  });
});

describe('finding the node', () => {
  it('by gossip leads to itself, the leader', async () => {
    const gossipClient = new gossipGrpc.GossipClient(`127.0.0.1:${String(node.port)}`, credentials.createInsecure());
    const cluster = await new Promise<InstanceType<typeof gossip.ClusterInfo>>((resolve, reject) => {
      gossipClient.read(new shared.Empty(), (error, answer) => (error === null ? resolve(answer) : reject(error)));
    });
    gossipClient.close();
    const [member, ...others] = cluster.getMembersList();
    expect(others).toEqual([]);
    expect(member?.getState()).toBe(gossip.MemberInfo.VNodeState.LEADER);
    expect(member?.getIsAlive()).toBe(true);
    expect(member?.getHttpEndPoint()?.toObject()).toEqual({ address: '127.0.0.1', port: node.port });
  });

  it('works by every kind of connection string', async () => {
    const port = String(node.port);
    for (const connectionString of [
      `esdb://127.0.0.1:${port}?tls=false`,
      `esdb+discover://127.0.0.1:${port}?tls=false`,
      `esdb://127.0.0.1:1,127.0.0.1:${port}?tls=false`,
      `esdb+discover://127.0.0.1:${port}?tls=false&nodePreference=follower`,
    ]) {
      const connected = EventStoreDBClient.connectionString(connectionString);
      const result = await connected.appendToStream(aStream(), numbered(0), { requiresLeader: true });
      expect(result.success).toBe(true);
    }
  });

  it('reads for those who insist on the leader', async () => {
    const stream = aStream();
    await client.appendToStream(stream, numbered(0));
    expect(await collect(client.readStream(stream, { requiresLeader: true }))).toHaveLength(1);
  });
});

it('tells figures about itself, again and again', async () => {
  const stats = new monitoringGrpc.MonitoringClient(`127.0.0.1:${String(node.port)}`, credentials.createInsecure());
  const request = new monitoring.StatsReq();
  request.setRefreshTimePeriodInMs('20');
  const answers: StatsResp[] = [];
  const call = stats.stats(request);
  call.on('data', (answer: StatsResp) => answers.push(answer)).on('error', () => undefined);
  await until(() => answers.length >= 3, 'three answers have come');
  call.cancel();
  stats.close();
  expect(answers[0]?.getStatsMap().has('proc-mem')).toBe(true);
});

describe('the command line', () => {
  const main = fileURLToPath(new URL('../../dist/eventstore-node/main.js', import.meta.url));
  const run = (...settings: string[]): string => {
    try {
      return execFileSync(process.execPath, [main, ...settings], { encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      return (error as { stderr: string }).stderr;
    }
  };

  it('wants to be told where the log is and who may come in', () => {
    expect(run('--insecure')).toContain('give either --directory or --memory');
    expect(run('--memory', '--insecure', '--directory', '/nowhere')).toContain('give either --directory or --memory');
    expect(run('--memory')).toContain('give either --insecure or --cert and --key');
  });
});
