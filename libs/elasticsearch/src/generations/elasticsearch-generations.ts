import type { Client } from '@elastic/elasticsearch';
import type {
  GenerationPlan,
  Parity,
  ParkedPage,
  ParkedRecord,
  ProjectionGenerations,
  ProjectionStore,
  SearchOperation,
} from '@parley/ports';
import type { Progress } from '../progress/progress.js';
import { compareGenerations } from './compare.js';
import type { Generation, Generations } from './generations.js';

export interface ElasticsearchGenerationsOptions {
  readonly client: Client;
  readonly generations: Generations;
  readonly progress: Progress;
  /** Of the feed. */
  readonly partitions: number;
  readonly openBuild: (generation: Generation) => ProjectionStore<SearchOperation>;
}

/** Generations of the index of messages: each is an index, aliases are the plan. */
export class ElasticsearchGenerations implements ProjectionGenerations<'search'> {
  /** What is known of aliases is used for a second. */
  readonly settleMs = 1_600;

  constructor(private readonly options: ElasticsearchGenerationsOptions) {}

  plan(): Promise<GenerationPlan | null> {
    return this.options.generations.plan();
  }

  known(): Promise<GenerationPlan | null> {
    return this.options.generations.knownPlan();
  }

  planOrFirst(version: number): Promise<GenerationPlan> {
    return this.options.generations.planOrFirst(version);
  }

  change(from: GenerationPlan, to: GenerationPlan): Promise<boolean> {
    return this.options.generations.change(from, to);
  }

  async begin(version: number): Promise<number> {
    return (await this.options.generations.begin(version)).number;
  }

  async openBuild(generation: number): Promise<ProjectionStore<SearchOperation>> {
    return this.options.openBuild(await this.options.generations.numbered(generation));
  }

  /** From now on it is searchable as well. */
  async handOver(
    generation: number,
    serving: number,
    position: number,
    partitionOf: (stream: string) => number,
  ): Promise<void> {
    const { generations, progress, partitions } = this.options;
    const built = await generations.numbered(generation);
    await generations.finish(built);
    const before = await this.checkpoints(serving);
    const reached = Array.from({ length: partitions }, (_, lane) => Math.min(position, before.get(lane) ?? 0));
    await progress.handOver(built.uuid, reached, partitionOf);
  }

  async checkpoints(generation: number): Promise<ReadonlyMap<number, number>> {
    const { generations, progress, partitions } = this.options;
    const { uuid } = await generations.numbered(generation);
    return (await progress.reached(uuid, partitions)).checkpoints;
  }

  async parked(generation: number, page?: ParkedPage): Promise<readonly ParkedRecord[]> {
    const { uuid } = await this.options.generations.numbered(generation);
    return this.options.progress.parked(uuid, 'partitions', page);
  }

  /** Up to where both are; what came later is in between. */
  async compare(old: number, built: number, signal: AbortSignal): Promise<Parity> {
    const { generations, client, partitions } = this.options;
    const reached = (await Promise.all([this.checkpoints(old), this.checkpoints(built)])).flatMap((checkpoints) =>
      Array.from({ length: partitions }, (_, partition) => checkpoints.get(partition) ?? 0),
    );
    const [before, after] = await Promise.all([generations.numbered(old), generations.numbered(built)]);
    await Promise.all([generations.refresh(before), generations.refresh(after)]);
    return compareGenerations(client, before.index, after.index, Math.min(...reached), signal);
  }

  async leftovers(): Promise<readonly number[]> {
    const all = await this.options.generations.list();
    return all.filter(({ serving, beside }) => !serving && !beside).map(({ number }) => number);
  }

  async remove(generation: number): Promise<void> {
    const { generations, progress } = this.options;
    const found = (await generations.list()).find(({ number }) => number === generation);
    if (found === undefined) return;
    await generations.drop(found);
    await progress.forget(found.uuid);
  }
}
