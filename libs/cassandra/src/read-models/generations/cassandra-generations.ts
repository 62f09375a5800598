import {
  type GenerationPlan,
  type OperationOf,
  type Parity,
  type ParkedPage,
  parkedPageOf,
  parkedPages,
  type ParkedRecord,
  type ProjectionGenerations,
  type ProjectionStore,
} from '@parley/ports';
import {
  GenerationRegistry,
  LaneProgress,
  removeGeneration,
  type ServingGenerations,
  settleMs,
  type StoredProjection,
} from '../../checkpoints/index.js';
import type { CassandraClient } from '../../client/index.js';
import type { CassandraStores } from '../stores.js';
import { setTimeout as pause } from 'node:timers/promises';
import { compareGenerations } from './compare.js';
import { readModelTables } from './tables.js';

/** In place of a partition of the feed: whoever builds takes them all. */
const buildLane = -1;
/** How long a batch may take to be in both generations; then they are compared as they are. */
const inStepMs = 15_000;
const inStepPauseMs = 100;

export interface CassandraGenerationsOptions {
  readonly client: CassandraClient;
  readonly stores: CassandraStores;
  readonly generations: ServingGenerations;
  /** Of the feed. */
  readonly partitions: number;
}

/** Generations of one projection whose rows are kept here. */
export class CassandraGenerations<Name extends StoredProjection> implements ProjectionGenerations<Name> {
  readonly settleMs = settleMs;
  readonly #registry: GenerationRegistry;

  constructor(
    readonly projection: Name,
    private readonly options: CassandraGenerationsOptions,
  ) {
    this.#registry = new GenerationRegistry(options.client);
  }

  plan(): Promise<GenerationPlan | null> {
    return this.#registry.plan(this.projection);
  }

  known(): Promise<GenerationPlan | null> {
    return this.options.generations.plan(this.projection);
  }

  planOrFirst(version: number): Promise<GenerationPlan> {
    return this.#registry.planOrFirst(this.projection, version);
  }

  change(from: GenerationPlan, to: GenerationPlan): Promise<boolean> {
    return this.#registry.change(this.projection, from, to);
  }

  begin(): Promise<number> {
    return this.#registry.reserve(this.projection);
  }

  async openBuild(generation: number): Promise<ProjectionStore<OperationOf<Name>>> {
    const { projection } = this;
    if (!(await this.#registry.kept(projection)).includes(generation)) {
      throw new Error(`generation ${generation} of ${projection} is not there any more`);
    }
    return this.options.stores.openGeneration({ projection, generation, partition: buildLane, serving: false });
  }

  async handOver(
    generation: number,
    serving: number,
    position: number,
    partitionOf: (stream: string) => number,
  ): Promise<void> {
    const built = this.#lane(generation, buildLane);
    for await (const events of parkedPages((page) => built.parked(page))) {
      for (const event of events) {
        await this.#lane(generation, partitionOf(event.stream)).park([event], event.parkedAt);
      }
    }
    const reached = await this.checkpoints(serving);
    for (let partition = 0; partition < this.options.partitions; partition++) {
      await this.#lane(generation, partition).save(Math.min(position, reached.get(partition) ?? 0));
    }
  }

  async checkpoints(generation: number): Promise<ReadonlyMap<number, number>> {
    const rows = await this.options.client.read<{ partition: number; position: number }>(
      'SELECT partition, position FROM checkpoints WHERE projection = ? AND generation = ?',
      [this.projection, generation],
    );
    const ofPartitions = rows.filter(({ partition }) => partition !== buildLane);
    return new Map(ofPartitions.map(({ partition, position }) => [partition, position]));
  }

  async parked(generation: number, page?: ParkedPage): Promise<readonly ParkedRecord[]> {
    const lanes = Array.from({ length: this.options.partitions }, (_, partition) => this.#lane(generation, partition));
    return parkedPageOf((await Promise.all(lanes.map((lane) => lane.parked(page)))).flat(), page);
  }

  compare(old: number, built: number, signal: AbortSignal): Promise<Parity> {
    const tables = readModelTables[this.projection];
    const inStep = (): Promise<void> => this.#untilReached(Math.min(old, built), Math.max(old, built), signal);
    return compareGenerations({ client: this.options.client, tables, old, rebuilt: built, inStep, signal });
  }

  async leftovers(): Promise<readonly number[]> {
    // The plan second: what was begun in between is not among the kept ones yet.
    const kept = await this.#registry.kept(this.projection);
    const plan = await this.plan();
    return kept.filter((generation) => generation !== plan?.serving && generation !== plan?.beside);
  }

  async remove(generation: number, signal: AbortSignal): Promise<void> {
    const { projection } = this;
    await removeGeneration(this.options.client, projection, readModelTables[projection], generation, signal);
    await this.#registry.forget(projection, generation);
  }

  /** Consumers write the newer one first, and may be seconds ahead in it where they have much to catch up with. */
  async #untilReached(older: number, newer: number, signal: AbortSignal): Promise<void> {
    const wanted = await this.checkpoints(newer);
    for (const until = performance.now() + inStepMs; performance.now() < until;) {
      const reached = await this.checkpoints(older);
      if ([...wanted].every(([partition, position]) => (reached.get(partition) ?? 0) >= position)) return;
      await pause(inStepPauseMs, undefined, { signal });
    }
  }

  #lane(generation: number, partition: number): LaneProgress {
    return new LaneProgress(this.options.client, { projection: this.projection, generation, partition });
  }
}
