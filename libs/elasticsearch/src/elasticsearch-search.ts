import type { Client } from '@elastic/elasticsearch';
import type { Logger } from '@parley/platform';
import type { CheckpointReader, ProjectionStore, SearchOperation } from '@parley/ports';
import { setTimeout as sleep } from 'node:timers/promises';
import { BulkWriter } from './documents/bulk-writer.js';
import { connect } from './engine/connect.js';
import { asked, ElasticsearchFailure } from './engine/failure.js';
import { SearchBuild } from './generations/build.js';
import { type Generation, Generations } from './generations/generations.js';
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
    await this.#generations.openFor(version);
  }

  /**
   * The store of one partition, in the generation that serves; while another version serves, in the newest one of this
   * version. It ends with GenerationReplaced when another generation takes over: then open it again.
   * `version`: of the projection.
   */
  async openStore({
    partition,
    version,
  }: {
    readonly partition: number;
    readonly version: number;
  }): Promise<ProjectionStore<SearchOperation>> {
    return this.#store(await this.#generations.openFor(version), partition);
  }

  /** Begins a new generation beside the one that serves. One at a time: it drops what an earlier attempt left. */
  async build(version: number): Promise<SearchBuild> {
    const generation = await this.#generations.begin(version);
    return new SearchBuild({
      client: this.#client,
      generations: this.#generations,
      progress: this.#progress,
      partitions: this.options.partitions,
      generation,
      store: this.#store(generation, 'build'),
    });
  }

  /**
   * Serves the newest generation of this version from now on, however far it is: for one that consumers filled by
   * themselves while another version served. One that was built is switched to by SearchBuild.
   */
  async promote(version: number): Promise<void> {
    await this.#generations.serve(await this.#generations.openFor(version));
  }

  /** Drops the generations that served before; until then one could go back to them. */
  async dropReplaced(): Promise<void> {
    const all = await this.#generations.list();
    const serving = all.findLast((one) => one.serving);
    for (const one of all) {
      if (one.serving || one.next || serving === undefined || one.number > serving.number) continue;
      await this.#generations.drop(one);
      await this.#progress.forget(one.uuid);
    }
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

  #store(generation: Generation, lane: Lane): ElasticsearchSearchStore {
    return new ElasticsearchSearchStore({
      client: this.#client,
      generation,
      lane,
      writer: this.#writer,
      progress: this.#progress,
      confirm: lane === 'build' ? async () => undefined : () => this.#generations.confirm(generation),
    });
  }

  async #refresh(index: string): Promise<void> {
    const answer = await asked('refresh', this.#client.indices.refresh({ index }, { requestTimeout: refreshTimeout }));
    const failed = answer._shards?.failed ?? 0;
    if (failed > 0) throw new ElasticsearchFailure('refresh', null, null, `${failed} shards could not be refreshed`);
  }
}
