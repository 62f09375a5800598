import { connect } from 'node:net';
import type { ParleyConfig } from '@parley/platform';
import { type Finding, good, wrong } from './finding.js';

const withinMs = 3_000;

type EngineSettings = Pick<
  ParleyConfig,
  'eventstoreUrl' | 'kafkaUrl' | 'cassandraUrl' | 'elasticsearchUrl' | 'redisUrl'
>;

const engines: readonly (readonly [name: string, setting: keyof EngineSettings, variable: string, port: number])[] = [
  ['EventStoreDB', 'eventstoreUrl', 'PARLEY_EVENTSTORE_URL', 2113],
  ['Kafka', 'kafkaUrl', 'PARLEY_KAFKA_URL', 9092],
  ['Cassandra', 'cassandraUrl', 'PARLEY_CASSANDRA_URL', 9042],
  ['Elasticsearch', 'elasticsearchUrl', 'PARLEY_ELASTICSEARCH_URL', 9200],
  ['Redis', 'redisUrl', 'PARLEY_REDIS_URL', 6379],
];

/** Does something listen where the settings say? Whether it is what it should be, the server says when it starts. */
export async function reachable(config: EngineSettings): Promise<readonly Finding[]> {
  const named = engines.filter(([, setting]) => config[setting] !== '');
  if (named.length === 0) return [good('engines', 'embedded: no other servers are needed')];
  const findings = named.map(async ([name, setting, variable, port]) => {
    const places = placesOf(config[setting], port);
    const open = await Promise.all(places.map(([host, at]) => isOpen(host, at)));
    const silent = places.filter((_, index) => open[index] !== true).map((place) => place.join(':'));
    const told = `${places.length - silent.length} of ${places.length} answer`;
    if (silent.length === 0) return good(name, told);
    return wrong(name, `${told}; silent: ${silent.join(', ')}`, `Start it, or correct ${variable}.`);
  });
  return Promise.all(findings);
}

/** Hosts and ports of a URL, or of several between commas; without what else stands in them. */
export function placesOf(urls: string, fallbackPort: number): readonly (readonly [host: string, port: number])[] {
  return urls
    .split(',')
    .map((url) =>
      url
        .replace(/^[a-z+]+:\/\//i, '')
        .replace(/^[^@/]*@/, '')
        .replace(/[/?].*$/, ''),
    )
    .filter((place) => place !== '')
    .map((place) => {
      const [, host = place, port] = /^(.*?)(?::(\d+))?$/.exec(place) ?? [];
      return [host.replaceAll(/^\[|\]$/g, ''), port === undefined ? fallbackPort : Number(port)] as const;
    });
}

function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: withinMs });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
