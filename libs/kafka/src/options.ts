import type { Logger } from '@parley/platform';

export interface KafkaAddress {
  /** `host:port` of some brokers; the others are learned from them. */
  readonly brokers: readonly string[];
  readonly tls: boolean;
  readonly sasl: KafkaSasl | null;
}

interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export interface KafkaOptions extends Partial<KafkaSettings> {
  readonly address: KafkaAddress;
  readonly logger: Logger;
}

export interface KafkaSettings {
  /** Before the names of topics (`events`, `events.dead`) and of consumer groups. */
  readonly prefix: string;
  /** Fixed for the life of a deployment: a stream keeps its partition. */
  readonly partitions: number;
  /** Of topics that are created here; -1: what the brokers do by default. */
  readonly replicationFactor: number;
  /** Of topics that are created here. The log is the truth: what is older is read from there. */
  readonly retentionMs: number;
  /** Of batches that are worth it: saves disk and network for a third of the relay's time. */
  readonly compression: 'none' | 'gzip';
  /** A consumer that is silent for so long loses its partitions to the others. */
  readonly sessionTimeoutMs: number;
  /** So soon a consumer learns that another one came or went. */
  readonly heartbeatMs: number;
  /** Of one request to a broker. */
  readonly requestTimeoutMs: number;
  /** Largest stretch that a consumer is given, in events. */
  readonly maxBatch: number;
  /** Bytes of one partition that wait in memory for its consumer, give or take one fetch. */
  readonly maxWaitingBytes: number;
  /** How long leaving may take, in milliseconds. */
  readonly closeMs: number;
}

const days = 86_400_000;

const defaultSettings: KafkaSettings = {
  prefix: 'parley.',
  partitions: 6,
  replicationFactor: -1,
  retentionMs: 7 * days,
  compression: 'none',
  sessionTimeoutMs: 6_000,
  heartbeatMs: 500,
  requestTimeoutMs: 10_000,
  maxBatch: 1_024,
  maxWaitingBytes: 2 * 1_048_576,
  closeMs: 5_000,
};

/** An address or a setting that cannot be meant. */
export class KafkaMisconfigured extends Error {
  override readonly name = 'KafkaMisconfigured';
}

export function settingsOf(options: KafkaOptions): KafkaSettings {
  const settings = { ...defaultSettings, ...options };
  if (!Number.isSafeInteger(settings.partitions) || settings.partitions < 1 || settings.partitions > 1_000) {
    throw new KafkaMisconfigured(`the number of partitions must be from 1 to 1000, not ${settings.partitions}`);
  }
  if (!/^[a-zA-Z0-9._-]{0,100}$/.test(settings.prefix)) {
    throw new KafkaMisconfigured(`a prefix has letters, digits, dots, - and _ only, not ${settings.prefix}`);
  }
  if (settings.heartbeatMs * 2 > settings.sessionTimeoutMs) {
    throw new KafkaMisconfigured('the heartbeat must be at most half of the session timeout');
  }
  return settings;
}

const form = /^kafka:\/\/(?:([^:@/?#]*):([^@/?#]*)@)?([^@/?#]+)\/?(?:\?([^#]*))?$/;

/**
 * `kafka://host1:9092,host2:9092`, with `user:password@` before the hosts for SASL and after them `?tls=true`,
 * `?sasl=plain|scram-sha-256|scram-sha-512` (default the last one).
 * @throws KafkaMisconfigured
 */
export function parseKafkaUrl(url: string): KafkaAddress {
  const parts = form.exec(url);
  if (parts === null) throw new KafkaMisconfigured('a Kafka URL looks like kafka://host1:9092,host2:9092?tls=true');
  const [, username, password, hosts, query] = parts;
  const brokers = (hosts ?? '').split(',').map((host) => (host.includes(':') ? host : `${host}:9092`));
  if (brokers.some((broker) => !/^[\w.-]+:\d{1,5}$/.test(broker))) {
    throw new KafkaMisconfigured(`a host of a Kafka URL is written as host:port: ${brokers.join(', ')}`);
  }
  const settings = new URLSearchParams(query ?? '');
  for (const name of settings.keys()) {
    if (name !== 'tls' && name !== 'sasl') throw new KafkaMisconfigured(`a Kafka URL has no setting ${name}`);
  }
  const mechanism = mechanismOf(settings.get('sasl') ?? 'scram-sha-512');
  const tls = settings.get('tls') ?? 'false';
  // Whatever else may be meant by it, a password must not go over the wire in the clear.
  if (tls !== 'true' && tls !== 'false')
    throw new KafkaMisconfigured(`tls of a Kafka URL is true or false, not ${tls}`);
  if (username === undefined || password === undefined) {
    if (settings.has('sasl')) throw new KafkaMisconfigured('sasl of a Kafka URL needs user:password@ before the hosts');
    return { brokers, tls: tls === 'true', sasl: null };
  }
  const sasl = { mechanism, username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { brokers, tls: tls === 'true', sasl };
}

function mechanismOf(name: string): KafkaSasl['mechanism'] {
  if (name === 'plain' || name === 'scram-sha-256' || name === 'scram-sha-512') return name;
  throw new KafkaMisconfigured(`there is no SASL mechanism ${name} here`);
}
