import type { Settings } from '../server-process.js';

/** As the launcher of the engines gives them out (`npm run engines:status -- --env`). */
export interface EngineAddresses {
  readonly EVENTSTORE_URL?: string | undefined;
  readonly KAFKA_BROKERS?: string | undefined;
  readonly CASSANDRA_URL?: string | undefined;
  readonly ELASTICSEARCH_URL?: string | undefined;
  readonly REDIS_URL?: string | undefined;
}

/**
 * The settings for these engines. `name` keeps a deployment apart from others on the same engines: a keyspace, and what
 * begins the names of topics, indices and keys.
 */
export function settingsOf(addresses: EngineAddresses, name = 'parley'): Settings {
  const { EVENTSTORE_URL, KAFKA_BROKERS, CASSANDRA_URL, ELASTICSEARCH_URL, REDIS_URL } = addresses;
  return Object.fromEntries(
    [
      ['PARLEY_EVENTSTORE_URL', EVENTSTORE_URL],
      ['PARLEY_KAFKA_URL', KAFKA_BROKERS === undefined ? undefined : `kafka://${KAFKA_BROKERS}`],
      ['PARLEY_KAFKA_PREFIX', `${name}.`],
      ['PARLEY_CASSANDRA_URL', CASSANDRA_URL?.replace('/parley', `/${name}`)],
      ['PARLEY_ELASTICSEARCH_URL', ELASTICSEARCH_URL],
      ['PARLEY_ELASTICSEARCH_PREFIX', name],
      ['PARLEY_REDIS_URL', REDIS_URL],
      ['PARLEY_REDIS_PREFIX', name],
    ].filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
