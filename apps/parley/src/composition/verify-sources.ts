import { openLogReader, openReadModels } from '@parley/embedded';
import { openEventStoreLog } from '@parley/eventstore';
import { createLogger, type ParleyConfig, systemClock } from '@parley/platform';
import type { CheckpointReader, EventLogReader } from '@parley/ports';
import type { LogSource, RowSource } from '@parley/verifier';
import { chooseEngines } from './engine-choice.js';
import { Closers } from './shared/closers.js';
import { openSharedModels } from './shared/shared-models.js';
import { openElasticsearch } from './shared/shared-search.js';

/** A log and the rows that were computed from it, read beside whoever serves from them. */
export interface VerifySources {
  readonly log: LogSource;
  readonly rows: RowSource;
  close(): Promise<void>;
}

/** Those of a folder, or of the engines that the settings name. @throws EventLogUnusable where there is nothing to read */
export async function openVerifySources(config: ParleyConfig): Promise<VerifySources> {
  const choice = chooseEngines(config);
  if (choice.models === 'embedded') return openFolder(config.dataDir);
  const closers = new Closers();
  try {
    return await openShared(config, choice.feed === 'kafka' ? config.kafkaPartitions : 1, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

function openFolder(dataDir: string): VerifySources {
  const [log, rows] = [openLogReader(dataDir), openReadModels(dataDir)];
  const close = (): Promise<void> => {
    rows.close();
    log.close();
    return Promise.resolve();
  };
  return { log, rows, close };
}

/** Nothing is written here, so nothing is refused that would have to be described. */
const describe = (): Promise<null> => Promise.resolve(null);

async function openShared(config: ParleyConfig, partitions: number, closers: Closers): Promise<VerifySources> {
  const logger = createLogger(config.logLevel);
  const { cassandraUrl: url, eventstoreUrl } = config;
  const models = closers.add(
    await openSharedModels({ url, clock: systemClock, logger, partitions, describe }),
    (opened) => opened.close(),
  );
  const log: EventLogReader =
    eventstoreUrl === ''
      ? closers.add(openLogReader(config.dataDir), (opened) => Promise.resolve(opened.close()))
      : closers.add(await openEventStoreLog({ url: eventstoreUrl, index: models.eventIds, logger }), (opened) =>
          opened.close(),
        );
  const search =
    config.elasticsearchUrl === '' ? null : openElasticsearch(config, partitions, describe, logger, closers);
  // Whatever is there: the rows may be further than the checkpoints say, and readers stop at the end of the log.
  let { lastPosition } = await log.info();
  const rows: RowSource = {
    ...models.readers(() => lastPosition),
    async projectedTo() {
      ({ lastPosition } = await log.info());
      const readers = [models.checkpoints, ...(search === null ? [] : [search.checkpoints])];
      return lowest(await Promise.all(readers.map((reader) => lowestOf(reader))));
    },
    search: () => search?.documents() ?? Promise.resolve(null),
  };
  return { log, rows, close: () => closers.close() };
}

const lowest = (positions: readonly number[]): number => (positions.length === 0 ? 0 : Math.min(...positions));

const lowestOf = async (reader: CheckpointReader): Promise<number> =>
  lowest((await reader.checkpoints()).map(({ position }) => position));
