import type { OperationOf, Projection, ProjectionStore } from '@parley/ports';
import {
  CassandraProjectionStore,
  GenerationRegistry,
  LaneProgress,
  type RowWriter,
  type StoredProjection,
} from '../checkpoints/index.js';
import type { CassandraClient } from '../client/index.js';
import { PeopleWriter } from '../people/index.js';
import { ActivityWriter } from './activity/activity-writer.js';
import { HistoryWriter } from './history/history-writer.js';
import { InboxWriter } from './inbox/inbox-writer.js';
import { MembershipWriter } from './membership/membership-writer.js';
import { WatermarkWriter } from './watermarks/watermark-writer.js';

/** The rows that serve were built by another version of the code: they are to be rebuilt beside. */
export class ProjectionVersionMismatch extends Error {
  override readonly name = 'ProjectionVersionMismatch';
}

export interface StoresOptions {
  readonly client: CassandraClient;
  /** ms since 1970 UTC. */
  readonly now: () => number;
}

interface Place<Name extends StoredProjection> {
  readonly projection: Name;
  readonly generation: number;
  /** Of the feed. */
  readonly partition: number;
  /** Readers read it, or soon will: activity is noted too. */
  readonly serving: boolean;
}

/** Opens the rows of projections, each for one partition of the feed. */
export class CassandraStores {
  readonly #registry: GenerationRegistry;

  constructor(private readonly options: StoresOptions) {
    this.#registry = new GenerationRegistry(options.client);
  }

  /**
   * Of the generation that serves; the first one when nothing was ever built.
   * @throws ProjectionVersionMismatch, ReadModelUnavailable
   */
  async open<Name extends StoredProjection>(
    { name, version }: Pick<Projection<Name>, 'name' | 'version'>,
    partition: number,
  ): Promise<ProjectionStore<OperationOf<Name>>> {
    const serving = await this.#registry.servingOrFirst(name, version);
    if (serving.version !== version) {
      throw new ProjectionVersionMismatch(
        `the rows of ${name} are of version ${serving.version}, this code builds version ${version}: rebuild ${name}`,
      );
    }
    return this.openGeneration({ projection: name, generation: serving.generation, partition, serving: true });
  }

  /** @throws ReadModelUnavailable */
  async openGeneration<Name extends StoredProjection>(place: Place<Name>): Promise<ProjectionStore<OperationOf<Name>>> {
    const { projection, generation, partition } = place;
    const { client, now } = this.options;
    const writer = await this.#writer(place);
    return new CassandraProjectionStore(client, { projection, generation, partition }, writer, now);
  }

  /** The name decides the operations: the compiler cannot follow that through a switch. */
  async #writer<Name extends StoredProjection>(place: Place<Name>): Promise<RowWriter<OperationOf<Name>>> {
    const writer: unknown = await this.#writerOf(place);
    return writer as RowWriter<OperationOf<Name>>;
  }

  async #writerOf(place: Place<StoredProjection>) {
    const { client } = this.options;
    const { projection, generation } = place;
    switch (projection) {
      case 'history':
        return new HistoryWriter(client, generation);
      case 'inbox':
        return new InboxWriter(client, generation);
      case 'membership':
        return new MembershipWriter(client, generation);
      case 'watermarks':
        return new WatermarkWriter(client, generation, place.serving ? await this.#activity(place) : null);
      case 'people':
        return new PeopleWriter(client, generation);
      default:
        throw new TypeError(`no rows for ${String(projection satisfies never)}`);
    }
  }

  async #activity({ projection, generation, partition }: Place<StoredProjection>): Promise<ActivityWriter> {
    const checkpoint = await new LaneProgress(this.options.client, { projection, generation, partition }).checkpoint();
    return ActivityWriter.open({ ...this.options, generation, partition }, checkpoint);
  }
}
