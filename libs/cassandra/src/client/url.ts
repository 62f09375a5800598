/** Where Cassandra is, out of one URL: `cassandra://user:pass@host1,host2:9042/keyspace?dc=dc1&tls=true`. */
export interface CassandraAddress {
  /** Some nodes to begin with; the others are learnt from them. */
  readonly contactPoints: readonly string[];
  readonly port: number;
  readonly keyspace: string;
  /** The data centre that is asked; LOCAL_QUORUM counts its replicas only. */
  readonly dataCenter: string;
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /**
   * `verified`: certificates must be signed by an authority that Node knows (`NODE_EXTRA_CA_CERTS` adds one's own) and
   * name the node's address. `chain`: signed, whatever they name.
   */
  readonly tls: 'off' | 'verified' | 'chain';
}

/** Says what is wrong with a URL, without its password. */
export class InvalidCassandraUrl extends Error {
  override readonly name = 'InvalidCassandraUrl';
}

const shape = /^cassandra:\/\/(?:([^:@/]*):([^@/]*)@)?([^@/?]+)\/([^/?]*)(?:\?(.*))?$/;
const keyspaceName = /^[a-z][a-z0-9_]{0,47}$/;
const tlsModes: ReadonlyMap<string, CassandraAddress['tls']> = new Map([
  ['false', 'off'],
  ['true', 'verified'],
  ['chain', 'chain'],
]);

/** @throws InvalidCassandraUrl */
export function parseCassandraUrl(url: string): CassandraAddress {
  const [, username, password, authority = '', keyspace = '', query = ''] = shape.exec(url) ?? [];
  if (authority === '')
    throw new InvalidCassandraUrl('expected cassandra://[user:password@]host[,host…][:port]/keyspace');
  if (!keyspaceName.test(keyspace)) {
    throw new InvalidCassandraUrl(
      'a keyspace has lower-case letters, digits and underscores, at most 48, a letter first',
    );
  }
  const { hosts, port } = hostsOf(authority);
  const options = new URLSearchParams(query);
  for (const name of options.keys()) {
    if (name !== 'dc' && name !== 'tls') throw new InvalidCassandraUrl(`unknown option ${name}: there are dc and tls`);
  }
  const tls = tlsModes.get(options.get('tls') ?? 'false');
  if (tls === undefined) throw new InvalidCassandraUrl('tls is true, false or chain');
  const credentials =
    username === undefined || password === undefined
      ? null
      : { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { contactPoints: hosts, port, keyspace, dataCenter: options.get('dc') ?? 'datacenter1', credentials, tls };
}

/** `a,b:9142`: a port after any host counts for all, as every node of a cluster listens on the same one. */
function hostsOf(authority: string): { readonly hosts: readonly string[]; readonly port: number } {
  const hosts: string[] = [];
  const ports = new Set<number>();
  for (const part of authority.split(',')) {
    const [host = '', port, ...rest] = part.split(':');
    if (host === '' || rest.length > 0) throw new InvalidCassandraUrl(`${part} is no host or host:port`);
    hosts.push(host);
    if (port !== undefined) ports.add(Number(port));
  }
  const [port = 9042, ...others] = ports;
  if (others.length > 0) throw new InvalidCassandraUrl('all nodes listen on the same port');
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new InvalidCassandraUrl('the port is no number');
  return { hosts, port };
}
