import { RemoteCommands } from '@parley/cluster';
import { type EmbeddedEventLog, openEventLog } from '@parley/embedded';
import { openEventStoreLog } from '@parley/eventstore';
import {
  type DescribeEvent,
  type EventLogReader,
  type EventLogWriter,
  type ProjectionGenerations,
  type ProjectionName,
  projectionNames,
} from '@parley/ports';
import { projectionGroups } from '@parley/projector';
import { OrderedDeliveries } from '@parley/redis';
import type { Coordination } from '../coordination.js';
import type { EngineChoice } from '../engine-choice.js';
import type { Engines } from '../engines.js';
import type { EnginesOptions } from '../engines-options.js';
import { createInternalTokens } from '../tokens.js';
import { Closers } from './closers.js';
import { routeByRedis, routeHere } from './delivery-route.js';
import { SharedProjectionAdmin } from './shared-admin.js';
import { feedOfLog, openKafkaFeed } from './shared-feed.js';
import { openSharedModels, type SharedModels } from './shared-models.js';
import { SharedProjectors } from './shared-projectors.js';
import { openElasticsearch, searchHere } from './shared-search.js';

/**
 * How long a command may take in all, other nodes included, ms. Nobody waits for longer than 5 s without a word, also
 * while the event log stands still with connections open; whoever is told to come again repeats it without harm.
 */
const commandTimeoutMs = 4_000;

/**
 * Read models on Cassandra, and around them whatever else is chosen: every process of a deployment opens the same and
 * runs its apps on it.
 */
export async function openSharedEngines(
  choice: EngineChoice,
  coordination: Coordination,
  options: EnginesOptions,
): Promise<Engines> {
  const closers = new Closers();
  try {
    return await open(choice, coordination, options, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function open(
  choice: EngineChoice,
  coordination: Coordination,
  options: EnginesOptions,
  closers: Closers,
): Promise<Engines> {
  const { config, clock, logger, metrics, secret } = options;
  const { redis, directory } = coordination;
  const apps = new Set(config.apps);
  const partitions = choice.feed === 'kafka' ? config.kafkaPartitions : 1;
  const opened: { log: EventLogReader | null } = { log: null };
  const describe: DescribeEvent = async (position) => {
    const page = await opened.log?.readAll({ from: position, upTo: position, limit: 1 });
    return page?.events[0] ?? null;
  };
  const models = closers.add(
    await openSharedModels({ url: config.cassandraUrl, clock, logger, partitions, describe }),
    (each) => each.close(),
  );
  const { log, embedded } = await openLog(options, models, closers);
  opened.log = log;
  const feed = choice.feed === 'kafka' ? await openKafkaFeed(log, config, logger, closers) : feedOfLog(log);
  const search =
    choice.search === 'elasticsearch' || embedded === null
      ? openElasticsearch(config, partitions, describe, logger, closers)
      : searchHere({ dataDir: config.dataDir, log: embedded, partitions, logger }, closers);

  const route = closers.add(redis === null ? routeHere() : routeByRedis(redis, logger), (each) => each.close());
  const generations = new Map<ProjectionName, ProjectionGenerations>(models.generations);
  if (search.generations !== null) generations.set('search', search.generations);
  const { publisher, progress, leases } = route;
  const projectors = apps.has('projector')
    ? new SharedProjectors({ log, feed, models, search, generations, publisher, progress, leases, logger, closers })
    : null;
  const delivery = closers.add(
    await OrderedDeliveries.open(route.from, {
      partitions,
      progress,
      timeline: models.checkpoints,
      others: [search.checkpoints],
      logger,
      metrics,
    }),
    (each) => each.close(),
  );
  const readers = models.readers(() => delivery.safePosition());
  const readModels = { ...readers, search: await search.reader(readers), positions: delivery };
  const tokens = createInternalTokens(secret, clock);
  const commands =
    apps.has('command-api') || directory === null
      ? null
      : closers.add(
          new RemoteCommands({ directory, token: () => tokens.make(), logger, timeoutMs: commandTimeoutMs }),
          (remote) => remote.close(),
        );
  return {
    ...coordination,
    logReader: log,
    logWriter: log,
    snapshots: models.snapshots,
    accounts: models.accounts,
    readModels,
    delivery,
    commands,
    projectionAdmin: new SharedProjectionAdmin({
      log,
      partitions,
      partitionOf: (stream) => feed.feed.partitionOf(stream),
      checkpoints: [
        { of: projectionNames.filter((name) => name !== 'search'), reader: models.checkpoints },
        { of: ['search'], reader: search.checkpoints },
      ],
      generations,
      builds: models.builds,
      reports: models.reports,
      retries: models.retries,
      search,
      projectors,
      versions: new Map(
        Object.values(projectionGroups).flatMap((group) => group.map((one) => [one.name, one.version])),
      ),
    }),
    async close() {
      await closers.close();
      await coordination.close();
    },
  };
}

interface OpenedLog {
  readonly log: EventLogReader & EventLogWriter;
  /** The same, when it lies in this process. */
  readonly embedded: EmbeddedEventLog | null;
}

async function openLog({ config, logger }: EnginesOptions, models: SharedModels, closers: Closers): Promise<OpenedLog> {
  if (config.eventstoreUrl === '') {
    const embedded = closers.add(await openEventLog(config.dataDir), (opened) => opened.close());
    return { log: embedded, embedded };
  }
  const log = await openEventStoreLog({ url: config.eventstoreUrl, index: models.eventIds, logger });
  return { log: closers.add(log, (opened) => opened.close()), embedded: null };
}
