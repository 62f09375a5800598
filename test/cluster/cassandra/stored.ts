import {
  type CassandraClient,
  CassandraDeliveryReader,
  CassandraPeopleReader,
  cassandraReadModels,
  GenerationRegistry,
  ServingGenerations,
  storedProjections,
  conversationProjections,
} from '@parley/cassandra';
import type { OperationOf, ParkedOperation, ProjectionStore } from '@parley/ports';
import { partition } from './models.js';
import { storesOf } from './stores.js';

type Timeline = (typeof conversationProjections)[number];

/** Rows and readers of new generations, without a log: a test says what is written. */
export class Stored {
  #safe = 0;
  readonly #stores = new Map<Timeline, ProjectionStore<never>>();

  private constructor(
    readonly client: CassandraClient,
    readonly generations: ServingGenerations,
    readonly generationOf: ReadonlyMap<string, number>,
  ) {}

  static async open(client: CassandraClient): Promise<Stored> {
    const registry = new GenerationRegistry(client);
    const serving = new Map<string, number>();
    for (const projection of storedProjections) {
      const { generation: from } = await registry.servingOrFirst(projection, 1);
      const generation = await registry.reserve(projection);
      await registry.switchTo(projection, from, { generation, version: 1 });
      serving.set(projection, generation);
    }
    const generations = new ServingGenerations(client);
    await generations.look();
    const stored = new Stored(client, generations, serving);
    const stores = storesOf(client);
    for (const projection of conversationProjections) {
      const generation = serving.get(projection) ?? 0;
      const store = await stores.openGeneration({ projection, generation, partition, serving: true });
      stored.#stores.set(projection, store);
    }
    return stored;
  }

  get readers() {
    const { client, generations } = this;
    return cassandraReadModels({ client, generations, safePosition: () => this.#safe, partitions: 1, now: Date.now });
  }

  get delivery(): CassandraDeliveryReader {
    const { client, generations } = this;
    return new CassandraDeliveryReader({ client, generations, people: new CassandraPeopleReader(client, generations) });
  }

  store<Name extends Timeline>(name: Name): ProjectionStore<OperationOf<Name>> {
    return this.#stores.get(name) as ProjectionStore<OperationOf<Name>>;
  }

  /** Readers may look up to the last of these. */
  async write<Name extends Timeline>(
    name: Name,
    operations: readonly OperationOf<Name>[],
    parked: readonly ParkedOperation[] = [],
  ): Promise<void> {
    const checkpoint = Math.max(0, ...[...operations, ...parked].map(({ position }) => position));
    await this.store(name).apply({ operations, parked, checkpoint });
    this.#safe = Math.max(this.#safe, checkpoint);
  }

  close(): void {
    this.generations.close();
  }
}
