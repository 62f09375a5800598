import {
  BothGenerations,
  type DescribeEvent,
  type GenerationPlan,
  type OperationOf,
  type Projection,
  type ProjectionStore,
} from '@parley/ports';
import {
  CassandraProjectionStore,
  GenerationRegistry,
  LaneProgress,
  type PlanWatch,
  type RowWriter,
  type ServingGenerations,
  type StoredProjection,
} from '../checkpoints/index.js';
import type { CassandraClient } from '../client/index.js';
import { PeopleWriter } from '../people/index.js';
import { ActivityWriter } from './activity/activity-writer.js';
import { HistoryWriter } from './history/history-writer.js';
import { InboxWriter } from './inbox/inbox-writer.js';
import { MembershipWriter } from './membership/membership-writer.js';
import { WatermarkWriter } from './watermarks/watermark-writer.js';

/** The rows that serve were built by another version of the code, or such rows are about to serve. */
export class ProjectionVersionMismatch extends Error {
  override readonly name = 'ProjectionVersionMismatch';
}

export interface StoresOptions {
  readonly client: CassandraClient;
  /** ms since 1970 UTC. */
  readonly now: () => number;
  /** Which rows to write. */
  readonly generations: ServingGenerations;
  /** Of events that rows refuse. */
  readonly describe: DescribeEvent;
}

interface Place<Name extends StoredProjection> {
  readonly projection: Name;
  readonly generation: number;
  /** Of the feed. */
  readonly partition: number;
  /** Readers read it, or soon will: activity is noted too. */
  readonly serving: boolean;
  readonly watch?: PlanWatch;
}

/** Opens the rows of projections, each for one partition of the feed. */
export class CassandraStores {
  readonly #registry: GenerationRegistry;

  constructor(private readonly options: StoresOptions) {
    this.#registry = new GenerationRegistry(options.client);
  }

  /**
   * Of the generation that serves, and of the one beside it while there is one; the first one when nothing was ever
   * built. Ends with StoreReplaced when others are to be written.
   * @throws ProjectionVersionMismatch, ReadModelUnavailable
   */
  async open<Name extends StoredProjection>(
    { name, version }: Pick<Projection<Name>, 'name' | 'version'>,
    partition: number,
  ): Promise<ProjectionStore<OperationOf<Name>>> {
    const { generations } = this.options;
    await generations.look();
    const plan = (await generations.plan(name)) ?? (await this.#registry.planOrFirst(name, version));
    if (plan.version !== version || plan.held) throw new ProjectionVersionMismatch(mismatch(name, version, plan));
    const watch = watchOf(generations, name, plan);
    const open = (generation: number) =>
      this.openGeneration({ projection: name, generation, partition, serving: true, watch });
    const { serving, beside } = plan;
    if (beside === null) return open(serving);
    const [newer, older] = await Promise.all([open(Math.max(serving, beside)), open(Math.min(serving, beside))]);
    return new BothGenerations(newer, older, this.options.describe);
  }

  /** @throws ReadModelUnavailable */
  async openGeneration<Name extends StoredProjection>(place: Place<Name>): Promise<ProjectionStore<OperationOf<Name>>> {
    const { projection, generation, partition, watch } = place;
    const { client, now } = this.options;
    const writer = await this.#writer(place);
    return new CassandraProjectionStore(client, { projection, generation, partition }, writer, now, watch);
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

const watchOf = (generations: ServingGenerations, name: StoredProjection, plan: GenerationPlan): PlanWatch => ({
  get replaced() {
    return generations.isReplaced(name, plan);
  },
  confirm: () => generations.confirm(name, plan),
});

function mismatch(name: StoredProjection, version: number, plan: GenerationPlan): string {
  if (plan.version !== version) {
    return `the rows of ${name} are of version ${plan.version}, this code builds version ${version}`;
  }
  return `rows of another version are about to take the place of those of ${name}`;
}
