import { z } from 'zod';
import { integer, setting, text, url } from './setting.js';

/** Where the real engines are. Without them everything lies in the data folder, in one process. */
export const engineSettings = {
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
    schema: integer(1, 1_000),
    fallback: '6',
    help: 'Partitions of the topic, fixed when it is made. At most so many projectors share the work.',
  }),
  kafkaReplication: setting({
    variable: 'KAFKA_REPLICATION',
    schema: integer(0, 20),
    fallback: '0',
    help: 'Copies of each partition of a topic that is made here. 0: as the brokers are set. 3 where all goes on without one of them.',
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
    schema: integer(0, 20),
    fallback: '0',
    help: 'Copies of each row when `parley migrate` makes the keyspace. 0: three, or as many as there are nodes then.',
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
} as const;
