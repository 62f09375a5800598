import { Client, type ClientOptions } from '@elastic/elasticsearch';

/**
 * The longest deadline there is, in milliseconds. Each request names its own, and the client can only shorten this one:
 * with a small one here, a longer one there would silently not hold.
 */
export const longestTimeout = 120_000;
/** Bytes. The largest answer there is, the newest 2,000 matches, stays far below it. */
const maxResponseSize = 64 * 1_048_576;

/**
 * A client for the nodes of one cluster: `https://user:password@es1:9200,https://es2:9200`. User and password, or
 * `?apiKey=…`, are taken from the first address that has them. It connects when it is first used. An authority of one's
 * own that signed the certificates is told to Node by NODE_EXTRA_CA_CERTS.
 *
 * A request is tried on one other node at most, and never again on a node that did not answer in time: who calls knows
 * better whether it is worth it. Compression is off: nodes are near.
 * @throws TypeError for an address that is none
 */
export function connect(url: string): Client {
  return new Client(clientOptions(url));
}

export function clientOptions(url: string): ClientOptions {
  const addresses = url.split(',').map((address) => nodeUrl(address.trim()));
  const auth = addresses.map(authOf).find((found) => found !== null) ?? null;
  return {
    nodes: addresses.map(bare),
    ...(auth === null ? {} : { auth }),
    name: 'parley-search',
    requestTimeout: longestTimeout,
    maxRetries: addresses.length > 1 ? 1 : 0,
    maxResponseSize,
    enableMetaHeader: false,
  };
}

function nodeUrl(address: string): URL {
  const url = URL.parse(address);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new TypeError('an address of Elasticsearch looks like https://user:password@host:9200');
  }
  return url;
}

function authOf(url: URL): { apiKey: string } | { username: string; password: string } | null {
  const apiKey = url.searchParams.get('apiKey');
  if (apiKey !== null) return { apiKey };
  if (url.username === '') return null;
  return { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}

const bare = (url: URL): string => `${url.origin}${url.pathname.replace(/\/$/, '')}`;
