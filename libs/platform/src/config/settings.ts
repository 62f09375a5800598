import { z } from 'zod';
import { engineSettings } from './engine-settings.js';
import { file, integer, list, type Setting, setting, text } from './setting.js';

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
    schema: integer(0, 5_000),
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
  ...engineSettings,
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
