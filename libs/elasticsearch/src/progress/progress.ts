import type { Client, estypes } from '@elastic/elasticsearch';
import { maxParkedPage, type ParkedOperation, type ParkedPage, parkedPages, type ParkedRecord } from '@parley/ports';
import { asked, isConflict } from '../engine/failure.js';
import type { Names } from '../generations/names.js';

/** Who writes to a generation: the consumer of a partition, or the one that builds it from the whole log. */
export type Lane = number | 'build';

interface ProgressDocument {
  readonly kind: 'checkpoint' | 'searchable' | 'parked';
  /** Uuid of the index: what is told of one that was lost is not believed of the one made in its place. */
  readonly generation: string;
  readonly lane: string;
  readonly position: number;
  readonly stream?: string;
  readonly type?: string;
  readonly reason?: string;
  readonly parkedAt?: number;
}

/** How far a generation is. */
export interface Reached {
  /** By partition; one that was never begun is missing. */
  readonly checkpoints: ReadonlyMap<number, number>;
  /** What somebody has made searchable; 0: nobody yet. */
  readonly searchable: number;
}

const removedAtOnce = 1_000;
const maxReason = 1_000;
const requestTimeout = 5_000;

/**
 * How far each partition is, and what could not be applied, in a small index of its own. A checkpoint is written after
 * its documents are durable and only rises, whoever writes it: it may lag, and never runs ahead.
 */
export class Progress {
  readonly #index: string;

  constructor(
    private readonly client: Client,
    names: Names,
    private readonly now: () => number,
  ) {
    this.#index = names.progress;
  }

  /** Read by id, so it is exact at this moment; 0: never begun. */
  async checkpoint(generation: string, lane: Lane): Promise<number> {
    const [position] = await this.#positions([checkpointId(generation, lane)]);
    return position ?? 0;
  }

  async reached(generation: string, partitions: number): Promise<Reached> {
    const lanes = Array.from({ length: partitions }, (_, partition) => partition);
    const ids = [searchableId(generation), ...lanes.map((lane) => checkpointId(generation, lane))];
    const [searchable, ...positions] = await this.#positions(ids);
    const checkpoints = new Map<number, number>();
    for (const [partition, position] of positions.entries()) {
      if (position !== undefined) checkpoints.set(partition, position);
    }
    return { checkpoints, searchable: searchable ?? 0 };
  }

  async save(generation: string, lane: Lane, position: number): Promise<void> {
    const document = { kind: 'checkpoint', generation, lane: String(lane), position } as const;
    await this.#raise(checkpointId(generation, lane), document);
  }

  /** Tells other processes up to where everything is searchable. */
  async share(generation: string, position: number): Promise<void> {
    await this.#raise(searchableId(generation), { kind: 'searchable', generation, lane: '', position });
  }

  /** Refreshed at once: it is rare, and who counts them next must see them. */
  async park(generation: string, lane: Lane, events: readonly ParkedOperation[]): Promise<void> {
    if (events.length === 0) return;
    await this.#writeParked(
      generation,
      lane,
      events.map((event) => ({ ...event, parkedAt: this.now() })),
    );
  }

  async unpark(generation: string, lane: Lane, position: number): Promise<void> {
    const request = { index: this.#index, id: parkedId(generation, lane, position), refresh: true } as const;
    await asked('unpark', this.client.delete(request, { ignore: [404], requestTimeout }));
  }

  /** By position. `partitions`: of all of them. */
  async parked(
    generation: string,
    lane: Lane | 'partitions',
    { after = -1, limit = maxParkedPage }: ParkedPage = {},
  ): Promise<readonly ParkedRecord[]> {
    const answer = await asked(
      'parked events',
      this.client.search<ProgressDocument>(
        {
          index: this.#index,
          size: limit,
          query: {
            bool: {
              filter: [
                { term: { kind: 'parked' } },
                { term: { generation } },
                { range: { position: { gt: after } } },
                ...(lane === 'partitions' ? [] : [{ term: { lane: String(lane) } }]),
              ],
              must_not: lane === 'partitions' ? [{ term: { lane: 'build' } }] : [],
            },
          },
          sort: [{ position: 'asc' }],
          track_total_hits: false,
          allow_partial_search_results: false,
        },
        { requestTimeout },
      ),
    );
    return answer.hits.hits.flatMap(({ _source: source }) => (source === undefined ? [] : [parkedEvent(source)]));
  }

  /** What was parked while building belongs to the partitions from now on. `reached`: where each of them goes on. */
  async handOver(
    generation: string,
    reached: readonly number[],
    partitionOf: (stream: string) => number,
  ): Promise<void> {
    for await (const parked of parkedPages((page) => this.parked(generation, 'build', page))) {
      for (const [partition, events] of Map.groupBy(parked, (event) => partitionOf(event.stream))) {
        await this.#writeParked(generation, partition, events);
      }
    }
    for (const [partition, position] of reached.entries()) await this.save(generation, partition, position);
  }

  /** A generation was dropped. */
  async forget(generation: string): Promise<void> {
    for (;;) {
      const told = {
        index: this.#index,
        size: removedAtOnce,
        query: { term: { generation } },
        _source: false,
        allow_partial_search_results: false,
      };
      const { hits } = await asked('progress', this.client.search(told, { requestTimeout }));
      const operations = hits.hits.flatMap(({ _id: id }) => (id === undefined ? [] : [{ delete: { _id: id } }]));
      if (operations.length === 0) return;
      const removal = { index: this.#index, operations, refresh: true };
      const { errors } = await asked('progress', this.client.bulk(removal, { requestTimeout }));
      if (errors) throw new Error('what was told of a dropped generation could not be removed');
    }
  }

  async #writeParked(generation: string, lane: Lane, events: readonly ParkedRecord[]): Promise<void> {
    const operations = events.flatMap(({ position, stream, type, reason, parkedAt }) => {
      const document: ProgressDocument = {
        kind: 'parked',
        generation,
        lane: String(lane),
        position,
        stream,
        type,
        reason: reason.slice(0, maxReason),
        parkedAt,
      };
      return [{ index: { _id: parkedId(generation, lane, position) } }, document];
    });
    const answer = await asked(
      'park',
      this.client.bulk({ index: this.#index, operations, refresh: true }, { requestTimeout }),
    );
    if (answer.errors) throw new Error('parked events could not be kept');
  }

  async #raise(id: string, document: ProgressDocument): Promise<void> {
    const request: estypes.IndexRequest<ProgressDocument> = {
      index: this.#index,
      id,
      document,
      version: document.position,
      version_type: 'external_gte',
    };
    try {
      await asked('checkpoint', this.client.index(request, { requestTimeout }));
    } catch (error) {
      // Somebody is further.
      if (!isConflict(error)) throw error;
    }
  }

  async #positions(ids: readonly string[]): Promise<readonly (number | undefined)[]> {
    const answer = await asked(
      'checkpoints',
      this.client.mget<ProgressDocument>({ index: this.#index, ids: [...ids] }, { requestTimeout }),
    );
    return answer.docs.map((doc) => {
      if ('error' in doc) throw new Error(`checkpoints: ${doc.error.type}`);
      return doc._source?.position;
    });
  }
}

const checkpointId = (generation: string, lane: Lane): string => `${generation}:${lane}`;
const searchableId = (generation: string): string => `${generation}:searchable`;
const parkedId = (generation: string, lane: Lane, position: number): string => `${generation}:${lane}:${position}`;

const parkedEvent = ({ position, stream, type, reason, parkedAt }: ProgressDocument): ParkedRecord => ({
  position,
  stream: stream ?? '',
  type: type ?? '',
  reason: reason ?? '',
  parkedAt: parkedAt ?? 0,
});
