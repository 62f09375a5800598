import { ElasticsearchSearch } from '@parley/elasticsearch';
import { type EmbeddedEventLog, type EmbeddedProjections, startEmbeddedProjections } from '@parley/embedded';
import type { Logger, ParleyConfig } from '@parley/platform';
import type {
  CheckpointReader,
  DescribeEvent,
  ProjectionAdmin,
  ProjectionGenerations,
  ProjectionStore,
  ReadModels,
  SearchOperation,
  SearchReader,
} from '@parley/ports';
import { projectorModule } from '@parley/projector';
import type { Closers } from './closers.js';

type Sources = Pick<ReadModels, 'history' | 'membership'>;

/** Message search beside read models that many processes share. */
export interface SharedSearch {
  /** Whether its projection is fed from the feed; else it follows the log by itself. */
  readonly projects: boolean;
  readonly checkpoints: CheckpointReader;
  /** null: it looks after its generations itself. */
  readonly generations: ProjectionGenerations | null;
  /** Of one that looks after itself, once its reader was asked for. */
  readonly admin: ProjectionAdmin | null;
  /** On disk, without copies. */
  bytes(): Promise<number>;
  openStore(version: number, partition: number): Promise<ProjectionStore<SearchOperation>>;
  reader(sources: Sources): Promise<SearchReader>;
}

/** What a verifier may look into. */
export interface SearchOnElasticsearch extends SharedSearch {
  documents: ElasticsearchSearch['documents'];
}

/** Nothing here waits for Elasticsearch: search is away until it answers, everything else is not. */
export function openElasticsearch(
  config: Pick<ParleyConfig, 'elasticsearchUrl' | 'elasticsearchPrefix' | 'elasticsearchShards'>,
  partitions: number,
  describe: DescribeEvent,
  logger: Logger,
  closers: Closers,
): SearchOnElasticsearch {
  const { elasticsearchUrl: url, elasticsearchPrefix: prefix, elasticsearchShards: shards } = config;
  const engine = closers.add(new ElasticsearchSearch({ url, prefix, shards, partitions, describe, logger }), (opened) =>
    opened.close(),
  );
  return {
    projects: true,
    checkpoints: engine.checkpoints,
    generations: engine.generations,
    admin: null,
    bytes: async () => (await engine.size()).bytes,
    openStore: (version, partition) => engine.openStore({ version, partition }),
    reader: (sources) => Promise.resolve(engine.reader(sources)),
    documents: () => engine.documents(),
  };
}

export interface SearchHereOptions {
  readonly dataDir: string;
  readonly log: EmbeddedEventLog;
  /** Of the feed, which this search does without. */
  readonly partitions: number;
  readonly logger: Logger;
}

/** In a thread of this process, over the embedded log. */
export function searchHere({ dataDir, log, partitions, logger }: SearchHereOptions, closers: Closers): SharedSearch {
  let opened: EmbeddedProjections | null = null;
  return {
    projects: false,
    checkpoints: {
      checkpoints: () =>
        Promise.resolve(
          Array.from({ length: partitions }, (_, partition) => ({
            projection: 'search',
            partition,
            position: opened?.readModels.positions.safePosition() ?? 0,
          })),
        ),
    },
    generations: null,
    get admin() {
      return opened?.admin ?? null;
    },
    bytes: () => Promise.resolve(0),
    openStore: () => Promise.reject(new Error('the embedded search follows the log by itself')),
    async reader(searchedBy) {
      const projections = await startEmbeddedProjections({
        dataDir,
        projector: projectorModule,
        signal: log.signal,
        log,
        only: ['search'],
        searchedBy,
      });
      projections.onError((error) => logger.error({ err: error }, 'projecting message search failed; it goes on'));
      closers.add(projections, (each) => each.close());
      opened = projections;
      return projections.readModels.search;
    },
  };
}
