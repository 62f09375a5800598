import type { Client } from '@elastic/elasticsearch';
import type { ParityReport, ProjectionStore, SearchOperation } from '@parley/ports';
import type { Progress } from '../progress/progress.js';
import { compareGenerations } from './compare.js';
import type { Generation, Generations } from './generations.js';

export interface SearchBuildParts {
  readonly client: Client;
  readonly generations: Generations;
  readonly progress: Progress;
  readonly partitions: number;
  readonly generation: Generation;
  readonly store: ProjectionStore<SearchOperation>;
}

/**
 * A generation being built beside the one that serves: take the whole log through `store`, compare if wanted, switch.
 * Nobody searches it and no consumer writes to it before.
 */
export class SearchBuild {
  constructor(private readonly parts: SearchBuildParts) {}

  /** For the whole log, all partitions together. */
  get store(): ProjectionStore<SearchOperation> {
    return this.parts.store;
  }

  /** Such as `parley-messages-v1.1-g4`. */
  get index(): string {
    return this.parts.generation.index;
  }

  /** Makes what was written searchable, and its copies. Before comparing and switching. */
  finish(): Promise<void> {
    return this.parts.generations.finish(this.parts.generation);
  }

  /** With the generation that serves: all documents that nothing after `position` has changed. */
  async compare(position: number): Promise<Omit<ParityReport, 'switched'>> {
    const serving = (await this.parts.generations.list()).find((one) => one.serving) ?? null;
    return compareGenerations(this.parts.client, serving?.index ?? null, this.index, position);
  }

  /**
   * Serves from now on. Each partition goes on after `position`, up to which the whole log was taken: consumers are told
   * by GenerationReplaced and find that as their checkpoint, which may lie before where they are in the feed.
   * `partitionOf`: of a stream; what was parked goes to it.
   */
  async switchOver(position: number, partitionOf: (stream: string) => number): Promise<void> {
    const { generations, generation, progress, partitions } = this.parts;
    await this.finish();
    await progress.handOver(generation.uuid, position, partitions, partitionOf);
    await generations.serve(generation);
  }

  async discard(): Promise<void> {
    await this.parts.generations.drop(this.parts.generation);
    await this.parts.progress.forget(this.parts.generation.uuid);
  }
}
