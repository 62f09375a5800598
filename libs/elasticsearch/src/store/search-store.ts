import type { Client } from '@elastic/elasticsearch';
import {
  OperationsRejected,
  type ParkedPage,
  type ParkedRecord,
  type ProjectionBatch,
  type ProjectionStore,
  type SearchOperation,
} from '@parley/ports';
import type { BulkWriter } from '../documents/bulk-writer.js';
import { foldBatch, placesToRead } from '../documents/fold-batch.js';
import { readDocuments } from '../documents/stored-documents.js';
import type { Generation } from '../generations/generations.js';
import type { Lane, Progress } from '../progress/progress.js';

export interface SearchStoreParts {
  readonly client: Client;
  readonly generation: Generation;
  readonly lane: Lane;
  readonly writer: BulkWriter;
  readonly progress: Progress;
  /** Is this the index to write to? */
  readonly watch: {
    /** As far as is known here. */
    readonly replaced: boolean;
    /** @throws GenerationReplaced */
    confirm(): Promise<void>;
  };
}

/**
 * One partition's way into one generation of the index. Documents, parked events, checkpoint: in this order, each
 * durable before the next is written, each idempotent, so that a crash anywhere between only repeats. A consumer that
 * lost its partition and does not know it yet writes older versions, which lose.
 */
export class ElasticsearchSearchStore implements ProjectionStore<SearchOperation> {
  #closed = false;

  constructor(private readonly parts: SearchStoreParts) {}

  get replaced(): boolean {
    return this.parts.watch.replaced;
  }

  checkpoint(): Promise<number> {
    const { progress, generation, lane } = this.parts;
    return progress.checkpoint(generation.uuid, lane);
  }

  /** @throws GenerationReplaced when another generation serves now: open the store again */
  async apply({ operations, parked, checkpoint }: ProjectionBatch<SearchOperation>): Promise<void> {
    const { progress, generation, lane, watch } = this.parts;
    await this.#write(operations);
    await progress.park(generation.uuid, lane, parked);
    await watch.confirm();
    await progress.save(generation.uuid, lane, checkpoint);
  }

  async applyParked(position: number, operations: readonly SearchOperation[]): Promise<void> {
    const { progress, generation, lane } = this.parts;
    await this.#write(operations);
    await progress.unpark(generation.uuid, lane, position);
  }

  parked(page?: ParkedPage): Promise<readonly ParkedRecord[]> {
    const { progress, generation, lane } = this.parts;
    return progress.parked(generation.uuid, lane, page);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async #write(operations: readonly SearchOperation[]): Promise<void> {
    if (this.#closed) throw new Error('the store is closed');
    const { client, generation, writer, watch } = this.parts;
    await watch.confirm();
    if (operations.length === 0) return;
    const places = placesToRead(operations);
    const stored = places.length === 0 ? new Map() : await readDocuments(client, generation.index, places);
    const { writes, refused } = foldBatch(operations, stored);
    if (refused.size > 0) throw new OperationsRejected(refused);
    // What was written beside a refused one comes again with the same versions.
    const rejected = await writer.write(generation.index, writes);
    if (rejected.size > 0) throw new OperationsRejected(rejected);
  }
}
