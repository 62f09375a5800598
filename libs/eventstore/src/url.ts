/** What a connection string says, without what must not be told. */
export interface EventStoreAddress {
  /** As given; holds the password: never logged. */
  readonly url: string;
  /** Hosts and ports only, for logs and errors. */
  readonly where: string;
  readonly credentials: { readonly username: string; readonly password: string } | null;
}

/** Options of the client that are allowed in the connection string; compared without case, `-` and `_`. */
const known = new Set(
  [
    'connectionName',
    'defaultDeadline',
    'discoveryInterval',
    'gossipTimeout',
    'keepAliveInterval',
    'keepAliveTimeout',
    'maxDiscoverAttempts',
    'nodePreference',
    'tls',
    'tlsCAFile',
    'userCertFile',
    'userKeyFile',
  ].map(flat),
);

const form = /^(esdb(?:\+discover)?):\/\/(?:([^:@/?]+):([^@]+)@)?([^/?@]+)\/?(?:\?(.*))?$/;

/**
 * Checks what the client would answer by printing the whole string, password included, to the console: unknown options
 * and `tlsVerifyCert=false`. `throwOnAppendFailure` cannot be set: with `false` the client tells wrong revisions.
 * @throws Error that never holds user or password.
 */
export function parseEventStoreUrl(url: string): EventStoreAddress {
  const match = form.exec(url.trim());
  if (match === null) {
    throw new Error(
      'an EventStoreDB connection string has the form esdb://[user:password@]host[:port][,…][?option=value]',
    );
  }
  const [, , username, password, hosts = '', options] = match;
  for (const pair of options === undefined ? [] : options.split('&')) {
    const [key = '', value = ''] = pair.split('=');
    if (!known.has(flat(key))) throw new Error(`an EventStoreDB connection string has no option ${key} here`);
    if (value === '') throw new Error(`option ${key} of the EventStoreDB connection string has no value`);
  }
  const credentials =
    username === undefined || password === undefined
      ? null
      : { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { url: url.trim(), where: hosts, credentials };
}

function flat(key: string): string {
  return key.trim().toLowerCase().replaceAll(/[_-]/g, '');
}
