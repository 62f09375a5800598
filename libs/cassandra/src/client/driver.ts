import type { Logger } from '@parley/platform';
import cassandra from 'cassandra-driver';
import { keepControlConnection } from './control-connection.js';
import { OneMoreNode, SpeculateOnReads } from './policies.js';
import type { CassandraAddress } from './url.js';

const { types, policies } = cassandra;

/** How long an answer may take, ms; with one more node tried, twice that. */
const defaultReadTimeoutMs = 3_000;
const connectTimeoutMs = 3_000;
/** How often a node that is away is tried again, ms: for ever. */
const reconnectEveryMs = 500;
/** When a second replica is asked for the same read, ms. */
const speculateAfterMs = 250;

export interface DriverSettings {
  readonly address: CassandraAddress;
  readonly logger: Logger;
  readonly readTimeoutMs?: number;
  /** false: stays outside of the keyspace, which may not exist yet. */
  readonly inKeyspace: boolean;
}

/** A driver that is not connected yet. Token-aware, LOCAL_QUORUM, prepared statements. */
export function newDriver(settings: DriverSettings): cassandra.Client {
  const { address, logger, readTimeoutMs = defaultReadTimeoutMs, inKeyspace } = settings;
  const driver = new cassandra.Client({
    contactPoints: [...address.contactPoints],
    localDataCenter: address.dataCenter,
    ...(inKeyspace ? { keyspace: address.keyspace } : {}),
    ...(address.credentials === null ? {} : { credentials: address.credentials }),
    ...(address.tls === 'off' ? {} : { sslOptions: tlsOptions(address.tls) }),
    applicationName: 'parley',
    monitorReporting: { enabled: false },
    // The client waits for agreement itself: the driver would wait for nodes that are away.
    protocolOptions: { port: address.port, maxSchemaAgreementWaitSeconds: 1 },
    socketOptions: { readTimeout: readTimeoutMs, connectTimeout: connectTimeoutMs },
    pooling: { heartBeatInterval: 5_000 },
    policies: {
      loadBalancing: new policies.loadBalancing.DefaultLoadBalancingPolicy({ localDc: address.dataCenter }),
      reconnection: new policies.reconnection.ConstantReconnectionPolicy(reconnectEveryMs),
      retry: new OneMoreNode(),
      speculativeExecution: new SpeculateOnReads(speculateAfterMs, 1),
    },
    queryOptions: {
      consistency: types.consistencies.localQuorum,
      serialConsistency: types.consistencies.localSerial,
      prepare: true,
    },
  });
  follow(driver, logger);
  keepControlConnection(driver, logger);
  return driver;
}

/** The driver itself would accept any certificate. */
const tlsOptions = (
  tls: 'verified' | 'chain',
): { rejectUnauthorized: true; checkServerIdentity?: () => undefined } => ({
  rejectUnauthorized: true,
  ...(tls === 'chain' ? { checkServerIdentity: () => undefined } : {}),
});

function follow(driver: cassandra.Client, logger: Logger): void {
  // Each attempt to reach a node that is away would be told: what matters is that it went and came.
  driver.on('log', (level: string, from: string, message: string) => {
    if (level === 'error' || level === 'warning') logger.debug({ from }, message);
  });
  driver.on('hostDown', (host: cassandra.Host) => logger.warn({ node: host.address }, 'a Cassandra node is away'));
  driver.on('hostUp', (host: cassandra.Host) => logger.info({ node: host.address }, 'a Cassandra node is there again'));
}
