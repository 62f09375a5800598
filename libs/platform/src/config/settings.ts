import { z } from 'zod';

/** One setting: its environment variable without prefix, its type, unit and default. `--help` and the docs list these. */
export interface Setting<T> {
  readonly variable: string;
  readonly schema: z.ZodType<T>;
  /** As one would write it in the environment. */
  readonly fallback: string;
  readonly unit?: string;
  readonly help: string;
  /** May also come from the file that `PARLEY_<variable>_FILE` names. */
  readonly secret?: true;
}

const setting = <T>(value: Setting<T>): Setting<T> => value;
const integer = (min: number, max: number): z.ZodType<number> =>
  z
    .string()
    .regex(/^-?\d+$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max));
const text = z.string();
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
const file = z.string();
const url = (...protocols: readonly string[]): z.ZodType<string> =>
  z
    .string()
    .refine(
      (value) => value === '' || protocols.some((protocol) => value.startsWith(`${protocol}//`)),
      `expected a URL with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );

export const settings = {
  apps: setting({
    variable: 'APPS',
    schema: list.pipe(z.array(z.enum(['command-api', 'projector', 'gateway'])).min(1)),
    fallback: 'command-api,projector,gateway',
    help: 'Which of the apps run in this process. The embedded engines need all three in one.',
  }),
  dataDir: setting({
    variable: 'DATA_DIR',
    schema: text.pipe(z.string().min(1)),
    fallback: '.parley',
    help: 'Folder of all data of the embedded engines.',
  }),
  host: setting({
    variable: 'HOST',
    schema: text.pipe(z.string().min(1)),
    fallback: '127.0.0.1',
    help: 'Address to listen on. 0.0.0.0 or :: for all.',
  }),
  port: setting({
    variable: 'PORT',
    schema: integer(0, 65_535),
    fallback: '7400',
    help: 'Port to listen on; 0: any free one. The variable PORT works too.',
  }),
  tlsCertFile: setting({
    variable: 'TLS_CERT_FILE',
    schema: file,
    fallback: '',
    help: 'Certificate chain (PEM). With TLS_KEY_FILE: serve https and wss.',
  }),
  tlsKeyFile: setting({ variable: 'TLS_KEY_FILE', schema: file, fallback: '', help: 'Private key (PEM).' }),
  trustProxy: setting({
    variable: 'TRUST_PROXY',
    schema: list,
    fallback: '',
    help: 'Addresses or networks (CIDR) of proxies whose X-Forwarded-For is believed. Empty: none.',
  }),
  publicUrl: setting({
    variable: 'PUBLIC_URL',
    schema: text,
    fallback: '',
    help: 'URL that clients use, when it is not the address listened on.',
  }),
  allowedOrigins: setting({
    variable: 'ALLOWED_ORIGINS',
    schema: list,
    fallback: '',
    help: 'Web origins that may connect from browsers, besides our own. `*`: any.',
  }),
  logLevel: setting({
    variable: 'LOG_LEVEL',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
    fallback: 'warn',
    help: 'Least severity that is logged (JSON lines on standard error).',
  }),

  secret: setting({
    variable: 'SECRET',
    schema: z.string().refine((value) => value === '' || value.length >= 32, 'expected at least 32 characters'),
    fallback: '',
    secret: true,
    help: 'Key of access tokens and cursors, the same on every node. Empty: made at first start and kept in DATA_DIR.',
  }),
  accessTtl: setting({
    variable: 'ACCESS_TTL',
    schema: integer(5, 86_400),
    fallback: '900',
    unit: 's',
    help: 'Life of an access token.',
  }),
  refreshTtl: setting({
    variable: 'REFRESH_TTL',
    schema: integer(60, 31_536_000),
    fallback: '5184000',
    unit: 's',
    help: 'Life of an unused refresh token.',
  }),
  passwordCost: setting({
    variable: 'PASSWORD_COST',
    schema: integer(10, 20),
    fallback: '15',
    help: 'Work of one password check: scrypt with N = 2 to this power. 15 takes 50 ms and 32 MiB, each step doubles both.',
  }),
  adminUsers: setting({
    variable: 'ADMIN_USERS',
    schema: list,
    fallback: '',
    help: 'User names whose tokens carry the scopes admin, events:read and content:read.',
  }),
  oidcIssuer: setting({
    variable: 'OIDC_ISSUER',
    schema: text,
    fallback: '',
    help: 'External OpenID Connect issuer (URL). Its tokens are accepted beside our own.',
  }),
  oidcAudience: setting({
    variable: 'OIDC_AUDIENCE',
    schema: text,
    fallback: 'parley',
    help: 'Audience that tokens of OIDC_ISSUER must name.',
  }),
  oidcJwksUri: setting({
    variable: 'OIDC_JWKS_URI',
    schema: text,
    fallback: '',
    help: 'Keys of OIDC_ISSUER. Empty: from its discovery document.',
  }),

  heartbeat: setting({
    variable: 'HEARTBEAT',
    schema: integer(50, 600_000),
    fallback: '25000',
    unit: 'ms',
    help: 'A socket that says nothing for two of these is closed.',
  }),
  presenceTtl: setting({
    variable: 'PRESENCE_TTL',
    schema: integer(50, 600_000),
    fallback: '60000',
    unit: 'ms',
    help: 'A device that is not heard of for this long is offline.',
  }),
  typingTtl: setting({
    variable: 'TYPING_TTL',
    schema: integer(100, 60_000),
    fallback: '6000',
    unit: 'ms',
    help: 'Typing ends by itself after this.',
  }),
  maxFrameBytes: setting({
    variable: 'MAX_FRAME_BYTES',
    schema: integer(1_024, 16_777_216),
    fallback: '262144',
    unit: 'bytes',
    help: 'Largest WebSocket message taken.',
  }),
  maxBodyBytes: setting({
    variable: 'MAX_BODY_BYTES',
    schema: integer(1_024, 16_777_216),
    fallback: '262144',
    unit: 'bytes',
    help: 'Largest request body taken.',
  }),
  pushEvery: setting({
    variable: 'PUSH_EVERY',
    schema: integer(0, 1_000),
    fallback: '0',
    unit: 'ms',
    help: 'Live changes are pushed at most this often, gathered into fewer, larger frames; for large, busy groups. 0: each at once.',
  }),
  maxBufferedBytes: setting({
    variable: 'MAX_BUFFERED_BYTES',
    schema: integer(16_384, 1_073_741_824),
    fallback: '1048576',
    unit: 'bytes',
    help: 'A socket with more than this unsent is closed (4000): it resumes from its cursor.',
  }),
  connectionsPerUser: setting({
    variable: 'CONNECTIONS_PER_USER',
    schema: integer(1, 1_000_000),
    fallback: '50',
    help: 'Sockets of one person at a time.',
  }),
  connectionsPerAddress: setting({
    variable: 'CONNECTIONS_PER_ADDRESS',
    schema: integer(1, 1_000_000),
    fallback: '1000',
    help: 'Sockets of one address at a time.',
  }),
  acceptsPerSecond: setting({
    variable: 'ACCEPTS_PER_SECOND',
    schema: integer(1, 1_000_000),
    fallback: '2000',
    help: 'New sockets a second; more are told when to come back.',
  }),
  framesPerSecond: setting({
    variable: 'FRAMES_PER_SECOND',
    schema: integer(1, 10_000_000),
    fallback: '200',
    help: 'Frames a second of one socket, ten seconds’ worth at once.',
  }),
  requestsPerMinuteUser: setting({
    variable: 'REQUESTS_PER_MINUTE_USER',
    schema: integer(1, 100_000_000),
    fallback: '1200',
    help: 'REST requests of one person.',
  }),
  requestsPerMinuteAddress: setting({
    variable: 'REQUESTS_PER_MINUTE_ADDRESS',
    schema: integer(1, 100_000_000),
    fallback: '6000',
    help: 'REST requests of one address.',
  }),
  credentialsPerMinute: setting({
    variable: 'CREDENTIALS_PER_MINUTE',
    schema: integer(1, 100_000_000),
    fallback: '120',
    help: 'Registrations, log-ins and refreshes of one address.',
  }),
  minPositionWait: setting({
    variable: 'MIN_POSITION_WAIT',
    schema: integer(0, 60_000),
    fallback: '5000',
    unit: 'ms',
    help: 'How long a read waits for Parley-Min-Position.',
  }),
  drain: setting({
    variable: 'DRAIN',
    schema: integer(0, 600_000),
    fallback: '5000',
    unit: 'ms',
    help: 'After SIGTERM: time for clients to go before their sockets are ended.',
  }),
  eventstoreUrl: setting({
    variable: 'EVENTSTORE_URL',
    schema: url('esdb:', 'esdb+discover:', 'kurrentdb:', 'kurrentdb+discover:'),
    fallback: '',
    secret: true,
    help: 'Event log on EventStoreDB (esdb://user:password@host:2113?tls=true). Empty: in DATA_DIR.',
  }),
  kafkaUrl: setting({
    variable: 'KAFKA_URL',
    schema: url('kafka:'),
    fallback: '',
    secret: true,
    help: 'Event feed over Kafka (kafka://user:password@host1:9092,host2:9092?tls=true). Empty: the projections read the event log itself.',
  }),
  kafkaPrefix: setting({
    variable: 'KAFKA_PREFIX',
    schema: z.string().regex(/^[A-Za-z0-9._-]{0,100}$/, 'expected up to 100 of A-Z a-z 0-9 . _ -'),
    fallback: 'parley.',
    help: 'Before the names of topics (`events`, `events.dead`) and of consumer groups.',
  }),
  kafkaPartitions: setting({
    variable: 'KAFKA_PARTITIONS',
    schema: integer(1, 10_000),
    fallback: '6',
    help: 'Partitions of the topic, fixed when it is made. At most so many projectors share the work.',
  }),
  kafkaRetention: setting({
    variable: 'KAFKA_RETENTION',
    schema: integer(1, 87_600),
    fallback: '168',
    unit: 'h',
    help: 'How long the topic keeps events. The event log keeps them for ever; who was away longer reads them there.',
  }),
  cassandraUrl: setting({
    variable: 'CASSANDRA_URL',
    schema: url('cassandra:'),
    fallback: '',
    secret: true,
    help: 'History, inbox, watermarks, membership, people and accounts on Cassandra (cassandra://user:password@host1,host2:9042/keyspace?dc=…). Empty: in DATA_DIR.',
  }),
  cassandraReplication: setting({
    variable: 'CASSANDRA_REPLICATION',
    schema: integer(1, 20),
    fallback: '1',
    help: 'Copies of each row when `parley migrate` makes the keyspace. 3 where rows are to survive a machine.',
  }),
  elasticsearchUrl: setting({
    variable: 'ELASTICSEARCH_URL',
    schema: url('http:', 'https:'),
    fallback: '',
    secret: true,
    help: 'Message search on Elasticsearch (https://user:password@host:9200). Empty: in DATA_DIR.',
  }),
  elasticsearchPrefix: setting({
    variable: 'ELASTICSEARCH_PREFIX',
    schema: z.string().regex(/^[a-z][a-z0-9_-]{0,49}$/, 'expected a lower-case letter, then up to 49 of a-z 0-9 _ -'),
    fallback: 'parley',
    help: 'Before the names of indices and templates: deployments that share a cluster differ here.',
  }),
  elasticsearchShards: setting({
    variable: 'ELASTICSEARCH_SHARDS',
    schema: integer(1, 1_000),
    fallback: '1',
    help: 'Shards of a new index.',
  }),
  redisUrl: setting({
    variable: 'REDIS_URL',
    schema: url('redis:', 'rediss:', 'redis+sentinel:', 'redis+cluster:'),
    fallback: '',
    secret: true,
    help: 'Presence, deliveries between processes, rate limits, leases on Redis. Empty: in this process.',
  }),
  redisPrefix: setting({
    variable: 'REDIS_PREFIX',
    schema: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, 'expected 1 to 100 of A-Z a-z 0-9 . _ -'),
    fallback: 'parley',
    help: 'Before the names of all keys and channels: deployments that share a Redis differ here.',
  }),
  internalHost: setting({
    variable: 'INTERNAL_HOST',
    schema: text.pipe(z.string().min(1)),
    fallback: '127.0.0.1',
    help: 'Address on which a command-api takes commands from gateways of other processes.',
  }),
  internalPort: setting({
    variable: 'INTERNAL_PORT',
    schema: integer(0, 65_535),
    fallback: '0',
    help: 'Its port; 0: any free one.',
  }),
  internalUrl: setting({
    variable: 'INTERNAL_URL',
    schema: url('http:'),
    fallback: '',
    help: 'How others reach it. Empty: as it listens.',
  }),
  conversationsCached: setting({
    variable: 'CONVERSATIONS_CACHED',
    schema: integer(16, 10_000_000),
    fallback: '10000',
    help: 'Conversations whose state is kept in memory for commands.',
  }),
} as const;

export type SettingName = keyof typeof settings;
type Value<S> = S extends Setting<infer T> ? T : never;

/** Validated configuration. Durations in the units of the table above. */
export type ParleyConfig = { readonly [K in SettingName]: Value<(typeof settings)[K]> };
