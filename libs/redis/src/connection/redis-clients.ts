import { Cluster, Redis, type RedisCommander, type RedisOptions } from 'ioredis';
import type { RedisPlace } from './redis-url.js';

export type RedisClient = Redis | Cluster;
/** The commands that one server and a cluster have in common. */
export type RedisCommands = Pick<
  RedisCommander,
  'get' | 'set' | 'del' | 'eval' | 'evalsha' | 'ping' | 'publish' | 'spublish'
> &
  Pick<Redis, 'pipeline'>;

const retryMs = 300;
const connectTimeoutMs = 2_000;

/**
 * Fails at once instead of queueing while there is no connection, connects again every 300 ms for ever, and never sends
 * a command a second time: whoever waited for it has given up by then.
 */
const failFast = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  // For what the client asks by itself, such as the handshake; our own commands have shorter deadlines.
  commandTimeout: 3_000,
  connectTimeout: connectTimeoutMs,
  keepAlive: 5_000,
  // After a failover a connection may still lead to what is only a replica now.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} as const satisfies RedisOptions;

/**
 * The connection that commands go over: many of one turn of the event loop travel as one write, and the next when that
 * is answered. Messages do not wait for that.
 */
export function createCommandClient(place: RedisPlace): RedisClient {
  const options = { enableAutoPipelining: true, autoPipeliningIgnoredCommands: ['publish', 'spublish'] };
  const client = createClient(place, options, false);
  // Each node of a cluster is connected to before the first command for it comes: that would fail.
  if (client.isCluster) client.on('+node', (node: Redis) => void node.connect().catch(() => {}));
  return client;
}

/**
 * The client gives up for ever when it is cut off in the middle of connecting, such as by a failover: then it begins
 * anew. The function answered ends the client for good.
 */
export function keepConnected(client: RedisClient): () => void {
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  client.on('end', () => {
    if (closed) return;
    timer = setTimeout(() => {
      client.connect().catch(() => {
        // Told by its event `error`; it tries again by itself, or ends again.
      });
    }, retryMs).unref();
  });
  return () => {
    closed = true;
    clearTimeout(timer);
    client.disconnect();
  };
}

/** A connection of its own: messages are heard while commands are slow, and the other way round. */
export const createSubscriberClient = (place: RedisPlace, shardedSubscribers = false): RedisClient =>
  createClient(place, {}, shardedSubscribers);

function createClient(
  place: RedisPlace,
  extra: Pick<RedisOptions, 'enableAutoPipelining' | 'autoPipeliningIgnoredCommands'>,
  shardedSubscribers: boolean,
): RedisClient {
  const access: RedisOptions = {
    ...(place.username === undefined ? {} : { username: place.username }),
    ...(place.password === undefined ? {} : { password: place.password }),
    ...(place.tls ? { tls: {} } : {}),
  };
  const retry = { retryStrategy: () => retryMs } as const;
  if (place.kind === 'single') {
    return new Redis({ ...failFast, ...retry, ...extra, ...access, ...place.address, db: place.database });
  }
  if (place.kind === 'sentinel') {
    return new Redis({
      ...failFast,
      ...retry,
      ...extra,
      ...access,
      sentinels: place.sentinels.map((sentinel) => ({ ...sentinel })),
      name: place.master,
      db: place.database,
      sentinelRetryStrategy: () => retryMs,
      sentinelCommandTimeout: connectTimeoutMs,
      failoverDetector: true,
      ...(place.tls ? { enableTLSForSentinelMode: true } : {}),
      ...(place.sentinelPassword === undefined ? {} : { sentinelPassword: place.sentinelPassword }),
    });
  }
  const { enableOfflineQueue, ...redisOptions } = { ...failFast, ...access };
  return new Cluster(
    place.nodes.map((node) => ({ ...node })),
    {
      ...extra,
      enableOfflineQueue,
      shardedSubscribers,
      redisOptions,
      clusterRetryStrategy: () => retryMs,
      clusterNodeRetryStrategy: () => retryMs,
      slotsRefreshTimeout: connectTimeoutMs,
      slotsRefreshInterval: 2_000,
      // A certificate names a host: what the nodes call each other must reach the handshake as it is.
      ...(place.tls ? { dnsLookup: (address, done) => done(null, address) } : {}),
    },
  );
}
