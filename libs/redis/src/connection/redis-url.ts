/** Where Redis is, and as whom to speak to it. */
export type RedisPlace = SingleRedis | SentinelRedis | ClusterRedis;

interface Access {
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
}
interface RedisAddress {
  readonly host: string;
  readonly port: number;
}
interface SingleRedis extends Access {
  readonly kind: 'single';
  readonly address: RedisAddress;
  readonly database: number;
}
/** The sentinels say which server is the master now. User name and password are those of the servers. */
interface SentinelRedis extends Access {
  readonly kind: 'sentinel';
  readonly sentinels: readonly RedisAddress[];
  readonly master: string;
  readonly database: number;
  readonly sentinelPassword?: string;
}
interface ClusterRedis extends Access {
  readonly kind: 'cluster';
  /** Some of the nodes; the others are found by them. */
  readonly nodes: readonly RedisAddress[];
}

const shape = /^(rediss?)(\+sentinel|\+cluster)?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const defaultPort = 6379;
const defaultSentinelPort = 26_379;

/**
 * Reads `redis://[user:password@]host[:port][/database]`, `redis+sentinel://host1,host2/master[/database]` and
 * `redis+cluster://host1,host2`; each with `rediss` for TLS. Special characters of user and password are
 * percent-encoded. The password of sentinels, if any, is the parameter `sentinelPassword`.
 * @throws Error that says what is wrong, without the password
 */
export function parseRedisUrl(url: string): RedisPlace {
  const parts = shape.exec(url);
  if (parts === null) {
    throw new Error(
      'the URL of Redis must look like redis://host:6379, rediss://…, redis+sentinel://host1,host2/master or redis+cluster://host1,host2',
    );
  }
  const [, scheme, kind, credentials = '', hosts = '', path = '', query = ''] = parts;
  const access: Access = { tls: scheme === 'rediss', ...readCredentials(credentials) };
  const segments = path.split('/').filter((segment) => segment !== '');
  if (kind === '+sentinel') {
    const [master, database, ...more] = segments;
    if (master === undefined || more.length > 0) throw new Error('redis+sentinel:// needs the name of the master');
    const sentinelPassword = new URLSearchParams(query).get('sentinelPassword');
    return {
      kind: 'sentinel',
      ...access,
      sentinels: readAddresses(hosts, defaultSentinelPort),
      master: decodeURIComponent(master),
      database: readDatabase(database),
      ...(sentinelPassword === null ? {} : { sentinelPassword }),
    };
  }
  if (kind === '+cluster') {
    if (segments.length > 0) throw new Error('a Redis Cluster has no numbered databases: redis+cluster://host1,host2');
    return { kind: 'cluster', ...access, nodes: readAddresses(hosts, defaultPort) };
  }
  const [address, ...others] = readAddresses(hosts, defaultPort);
  if (address === undefined || others.length > 0) {
    throw new Error('redis:// names one host; several need redis+sentinel:// or redis+cluster://');
  }
  if (segments.length > 1) throw new Error('redis:// takes one number after the host: the database');
  return { kind: 'single', ...access, address, database: readDatabase(segments[0]) };
}

/** For log lines: who is spoken to, without credentials. */
export function describeRedis(place: RedisPlace): string {
  const scheme = place.tls ? 'rediss' : 'redis';
  if (place.kind === 'single') return `${scheme}://${listed([place.address])}/${place.database}`;
  if (place.kind === 'cluster') return `${scheme}+cluster://${listed(place.nodes)}`;
  return `${scheme}+sentinel://${listed(place.sentinels)}/${place.master}/${place.database}`;
}

const listed = (addresses: readonly RedisAddress[]): string =>
  addresses.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');

function readCredentials(text: string): Pick<Access, 'username' | 'password'> {
  if (text === '') return {};
  const colon = text.indexOf(':');
  const username = decodeURIComponent(colon < 0 ? text : text.slice(0, colon));
  const password = colon < 0 ? '' : decodeURIComponent(text.slice(colon + 1));
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function readAddresses(hosts: string, fallbackPort: number): readonly RedisAddress[] {
  return hosts.split(',').map((text) => {
    const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text.trim());
    const host = parts?.[1] ?? parts?.[2];
    const port = parts?.[3] === undefined ? fallbackPort : Number(parts[3]);
    if (host === undefined || port < 1 || port > 65_535) throw new Error(`not a host with a port: ${text}`);
    return { host, port };
  });
}

function readDatabase(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^\d{1,5}$/.test(text)) throw new Error(`not the number of a database: ${text}`);
  return Number(text);
}
