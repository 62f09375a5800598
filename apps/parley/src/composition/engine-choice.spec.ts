import { ConfigurationError, loadConfig, type ParleyConfig } from '@parley/platform';
import { describe, expect, it } from 'vitest';
import { chooseEngines, isEmbedded } from './engine-choice.js';

const eventstore = { PARLEY_EVENTSTORE_URL: 'esdb://localhost:2113?tls=false' };
const kafka = { PARLEY_KAFKA_URL: 'kafka://localhost:9092' };
const cassandra = { PARLEY_CASSANDRA_URL: 'cassandra://localhost/parley' };
const elasticsearch = { PARLEY_ELASTICSEARCH_URL: 'http://localhost:9200' };
const redis = { PARLEY_REDIS_URL: 'redis://localhost' };
const secret = { PARLEY_SECRET: 'a secret of at least thirty-two characters' };
const config = (environment: Readonly<Record<string, string>>): ParleyConfig => loadConfig(environment);

describe('chooseEngines', () => {
  it('is all embedded by default', () => {
    const choice = chooseEngines(config({}));
    expect(isEmbedded(choice)).toBe(true);
  });

  it('takes every engine that is named', () => {
    const all = { ...eventstore, ...kafka, ...cassandra, ...elasticsearch, ...redis, ...secret };
    const choice = chooseEngines(config({ ...all, PARLEY_APPS: 'gateway' }));
    expect(choice).toEqual({
      log: 'eventstore',
      feed: 'kafka',
      models: 'cassandra',
      search: 'elasticsearch',
      coordination: 'redis',
    });
    expect(isEmbedded(choice)).toBe(false);
  });

  it.each([
    ['Cassandra with the embedded log', cassandra],
    ['Cassandra and Elasticsearch with the embedded log', { ...cassandra, ...elasticsearch }],
    ['Redis alone', redis],
    ['Kafka between the embedded log and Cassandra', { ...kafka, ...cassandra, ...redis }],
    ['EventStoreDB without Kafka', { ...eventstore, ...cassandra, ...elasticsearch }],
  ])('mixes: %s', (_, environment) => {
    expect(isEmbedded(chooseEngines(config(environment)))).toBe(false);
  });

  it.each([
    [
      'EventStoreDB with embedded read models',
      { ...eventstore, ...elasticsearch },
      /EVENTSTORE_URL needs PARLEY_CASSANDRA_URL/,
    ],
    ['EventStoreDB with the embedded search', { ...eventstore, ...cassandra }, /needs PARLEY_ELASTICSEARCH_URL/],
    ['Kafka with embedded read models', kafka, /KAFKA_URL needs PARLEY_CASSANDRA_URL/],
    [
      'a gateway of its own on embedded engines',
      { PARLEY_APPS: 'gateway' },
      /PARLEY_REDIS_URL is needed with PARLEY_APPS=gateway/,
    ],
  ])('refuses %s, with the reason', (_, environment, reason) => {
    expect(() => chooseEngines(config(environment))).toThrow(ConfigurationError);
    expect(() => chooseEngines(config(environment))).toThrow(reason);
  });

  it('names everything that many processes lack at once', () => {
    expect(() => chooseEngines(config({ PARLEY_APPS: 'projector' }))).toThrow(
      expect.objectContaining({ mistakes: Array.from({ length: 6 }, () => expect.any(String) as unknown) }),
    );
  });
});
