import type { Client } from '@elastic/elasticsearch';
import type { Logger } from '@parley/platform';
import {
  BothGenerations,
  type CheckpointReader,
  type DescribeEvent,
  type GenerationPlan,
  type ProjectionStore,
  type SearchOperation,
} from '@parley/ports';
import { setTimeout as sleep } from 'node:timers/promises';
import { BulkWriter } from './documents/bulk-writer.js';
import { IndexDocuments } from './documents/index-documents.js';
import { connect } from './engine/connect.js';
import { asked, ElasticsearchFailure } from './engine/failure.js';
import { ElasticsearchGenerations } from './generations/elasticsearch-generations.js';
import { type Generation, GenerationReplaced, Generations } from './generations/generations.js';
import type { LayoutOptions } from './generations/layout.js';
import { Names } from './generations/names.js';
import { type Lane, Progress } from './progress/progress.js';
import { Searchable } from './progress/searchable.js';
import type { JudgeSources } from './search/judge.js';
import { ElasticsearchSearchReader } from './search/search-reader.js';
import { ElasticsearchSearchStore } from './store/search-store.js';

export interface ElasticsearchOptions {
  /** Nodes of one cluster: `https://user:password@es1:9200,https://es2:9200`, or `?apiKey=…`. */
  readonly url: string;
  readonly logger: Logger;
  /** Of the event feed. */
  readonly partitions: number;
  /** Of events that an index refuses while two are written to. Default: nothing is known of them. */
  readonly describe?: DescribeEvent;
  /** Begins the name of everything in the engine. Default `parley`. */
  readonly prefix?: string;
  /** Of an index made from now on. Default 3. */
  readonly shards?: number;
  /** Copies beside each shard. Default `auto`: one as soon as there is a second node. */
  readonly replicas?: LayoutOptions['replicas'];
  /** How long what is written may stay unfound, in milliseconds. Default 1,000. */
  readonly refreshMs?: number;
  readonly now?: () => number;
}

const defaultShards = 3;
const defaultRefreshMs = 1_000;
const refreshTimeout = 10_000;
const statsTimeout = 5_000;
const closeTimeout = 5_000;
const pingTimeout = 2_000;
const pingEveryMs = 500;
const remindEveryMs = 10_000;

/** Message search on one Elasticsearch cluster: what projectors write to, what gateways ask. */
export class ElasticsearchSearch {
  readonly #client: Client;
  readonly #layout: LayoutOptions;
  readonly #generations: Generations;
  readonly #progress: Progress;
  readonly #writer: BulkWriter;
  readonly #searchable: Searchable;
  readonly #readers: ElasticsearchSearchReader[] = [];

  constructor(private readonly options: ElasticsearchOptions) {
    const names = new Names(options.prefix ?? 'parley');
    this.#client = connect(options.url);
    this.#layout = {
      shards: options.shards ?? defaultShards,
      replicas: options.replicas ?? 'auto',
      refreshMs: options.refreshMs ?? defaultRefreshMs,
    };
    this.#generations = new Generations(this.#client, names, this.#layout);
    this.#progress = new Progress(this.#client, names, options.now ?? Date.now);
    this.#writer = new BulkWriter(this.#client);
    this.#searchable = new Searchable({
      serving: () => this.#generations.serving(),
      reached: (generation) => this.#progress.reached(generation, options.partitions),
      refresh: (index) => this.#refresh(index),
      share: (generation, position) => this.#progress.share(generation, position),
      partitions: options.partitions,
      everyMs: this.#layout.refreshMs,
    });
  }

  /** Resolves once the engine answers, however late it comes; says every ten seconds that it is waited for. */
  async waitUntilReachable(signal?: AbortSignal): Promise<void> {
    let remindAt = performance.now();
    for (;;) {
      signal?.throwIfAborted();
      try {
        await asked('health', this.#client.cluster.health({}, { requestTimeout: pingTimeout }));
        return;
      } catch (error) {
        if (performance.now() >= remindAt) {
          remindAt = performance.now() + remindEveryMs;
          const reason = error instanceof ElasticsearchFailure ? error.message : String(error);
          this.options.logger.warn({ reason }, 'waiting for Elasticsearch; message search is away until it answers');
        }
      }
      await sleep(pingEveryMs, undefined, signal === undefined ? {} : { signal });
    }
  }

  /** Templates, indices and alias for this version of the projection. Repeating it, also at once, changes nothing. */
  async migrate(version: number): Promise<void> {
    await this.#generations.planOrFirst(version);
  }

  /**
   * The store of one partition: of the generation that serves, and of the one beside it while there is one. It ends with
   * GenerationReplaced when others are to be written to: then open it again. `version`: of the projection.
   * @throws GenerationReplaced when rows of another version serve, or are about to
   */
  async openStore({
    partition,
    version,
  }: {
    readonly partition: number;
    readonly version: number;
  }): Promise<ProjectionStore<SearchOperation>> {
    const plan = await this.#generations.planOrFirst(version);
    if (plan.version !== version) {
      throw new GenerationReplaced(`the index is of version ${plan.version}, this code writes version ${version}`);
    }
    if (plan.held) throw new GenerationReplaced('an index of another version is about to serve');
    const open = async (number: number): Promise<ProjectionStore<SearchOperation>> =>
      this.#store(await this.#generations.numbered(number), partition, plan);
    const { serving, beside } = plan;
    if (beside === null) return open(serving);
    const [newer, older] = await Promise.all([open(Math.max(serving, beside)), open(Math.min(serving, beside))]);
    return new BothGenerations(newer, older, this.options.describe ?? (() => Promise.resolve(null)));
  }

  /** For whoever builds another one beside the one that serves. */
  get generations(): ElasticsearchGenerations {
    return new ElasticsearchGenerations({
      client: this.#client,
      generations: this.#generations,
      progress: this.#progress,
      partitions: this.options.partitions,
      openBuild: (generation) => this.#store(generation, 'build', null),
    });
  }

  /** Of the generation that serves. */
  get checkpoints(): CheckpointReader {
    return {
      checkpoints: async () => {
        const serving = await this.#generations.serving();
        if (serving === null) return [];
        const { checkpoints } = await this.#progress.reached(serving.uuid, this.options.partitions);
        return [...checkpoints].map(([partition, position]) => ({ projection: 'search', partition, position }));
      },
    };
  }

  /** Of the generation that serves: documents, removed ones too, and bytes on disk without copies. */
  async size(): Promise<{ readonly documents: number; readonly bytes: number }> {
    const serving = await this.#generations.serving();
    if (serving === null) return { documents: 0, bytes: 0 };
    const stats = await asked(
      'stats',
      this.#client.indices.stats({ index: serving.index, metric: ['docs', 'store'] }, { requestTimeout: statsTimeout }),
    );
    const primaries = stats._all.primaries;
    return { documents: primaries?.docs?.count ?? 0, bytes: primaries?.store?.size_in_bytes ?? 0 };
  }

  /** Everything in the generation that serves now, for whoever checks it; null: nothing was ever built. */
  async documents(): Promise<IndexDocuments | null> {
    const serving = await this.#generations.serving();
    return serving === null ? null : new IndexDocuments(this.#client, serving);
  }

  reader(sources: JudgeSources): ElasticsearchSearchReader {
    const reader = new ElasticsearchSearchReader({
      ...sources,
      client: this.#client,
      serving: () => this.#generations.serving(),
      forget: () => this.#generations.forget(),
      searchable: () => this.#searchable.position(),
    });
    this.#readers.push(reader);
    return reader;
  }

  /** true once everything up to `position` can be found; false after `timeoutMs`, also while the engine is away. */
  searchable(position: number, timeoutMs: number): Promise<boolean> {
    return this.#searchable.waitFor(position, timeoutMs);
  }

  /** Waits for requests under way, a few seconds at most: what a batch has not told as written comes again. */
  async close(): Promise<void> {
    const done = (async () => {
      await Promise.all(this.#readers.map((reader) => reader.close()));
      await this.#client.close();
    })();
    const end = new AbortController();
    const patience = sleep(closeTimeout, undefined, { signal: end.signal, ref: false }).catch(() => undefined);
    await Promise.race([done.catch(() => undefined), patience]);
    end.abort();
  }

  /** `plan`: null for one that nobody else knows of. */
  #store(generation: Generation, lane: Lane, plan: GenerationPlan | null): ElasticsearchSearchStore {
    const generations = this.#generations;
    return new ElasticsearchSearchStore({
      client: this.#client,
      generation,
      lane,
      writer: this.#writer,
      progress: this.#progress,
      watch: {
        get replaced() {
          return plan !== null && generations.isReplaced(plan);
        },
        confirm: () => (plan === null ? Promise.resolve() : generations.confirm(generation, plan)),
      },
    });
  }

  async #refresh(index: string): Promise<void> {
    const answer = await asked('refresh', this.#client.indices.refresh({ index }, { requestTimeout: refreshTimeout }));
    const failed = answer._shards?.failed ?? 0;
    if (failed > 0) throw new ElasticsearchFailure('refresh', null, null, `${failed} shards could not be refreshed`);
  }
}
