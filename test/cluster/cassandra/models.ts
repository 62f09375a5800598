import {
  type CassandraClient,
  CassandraDeliveryReader,
  CassandraPeopleReader,
  cassandraReadModels,
  CassandraStores,
  compareGenerations,
  GenerationRegistry,
  readModelTables,
  ServingGenerations,
  type StoredProjection,
  storedProjections,
} from '@parley/cassandra';
import { openEventLog } from '@parley/embedded';
import {
  BothGenerations,
  type DeliveryBatch,
  type DescribeEvent,
  type OperationOf,
  type ParityReport,
  type ParkedEvent,
  type ParkedPage,
  type Projection,
  type ProjectionAdmin,
  type ProjectionName,
  type ProjectionStatus,
  type ProjectionStore,
  type Projector,
  type ProjectorModule,
  type ReadModels,
  type RebuildProgress,
} from '@parley/ports';
import { projectorModule } from '@parley/projector';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadModelsUnderTest } from '../../contract/read-models.contract.js';
import { openTestKeyspace } from '../cassandra-core/keyspace.js';
import { IdleStore } from './idle-store.js';
import { Positions } from './positions.js';

export const partition = 0;

export const projector = async (): Promise<ProjectorModule> => {
  const { projector: module } = (await import(projectorModule.href)) as { projector: ProjectorModule };
  return module;
};

/** Wraps a store before the projector gets it, to break it. */
type Wrap = <Operation>(name: ProjectionName, store: ProjectionStore<Operation>) => ProjectionStore<Operation>;

export interface CassandraModelsOptions {
  readonly client: CassandraClient;
  readonly log: Awaited<ReturnType<typeof openEventLog>>;
  readonly now?: () => number;
  readonly wrap?: Wrap;
}

/** One projector over the whole log, as one partition, into Cassandra; everything in this process. */
export class CassandraModels implements ProjectionAdmin {
  readonly positions = new Positions();
  readonly registry: GenerationRegistry;
  readonly generations: ServingGenerations;
  readonly stores: CassandraStores;
  readonly readModels: ReadModels;
  readonly #listeners = new Set<(batch: DeliveryBatch) => void>();
  readonly #opened = new Map<ProjectionName, ProjectionStore<never>>();
  /** What the next `openStore` of a projection answers. */
  readonly #next = new Map<ProjectionName, () => Promise<ProjectionStore<never>>>();
  #projector: Projector | null = null;

  constructor(readonly options: CassandraModelsOptions) {
    const { client, now = Date.now } = options;
    this.registry = new GenerationRegistry(client);
    this.generations = new ServingGenerations(client);
    this.stores = new CassandraStores({ client, now, generations: this.generations, describe: this.#describe });
    const safePosition = () => this.positions.safePosition();
    const reading = { client, generations: this.generations, safePosition, partitions: 1, now };
    const search = { search: () => Promise.reject(new Error('message search has an engine of its own')) };
    this.readModels = { ...cassandraReadModels(reading), search, positions: this.positions };
  }

  get delivery() {
    return {
      subscribe: (listener: (batch: DeliveryBatch) => void) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
  }

  async start(): Promise<void> {
    const { client, log } = this.options;
    const module = await projector();
    const people = new CassandraPeopleReader(client, this.generations);
    this.#projector = await module.startProjector({
      log,
      openStore: (projection) => this.#open(projection),
      reader: new CassandraDeliveryReader({ client, generations: this.generations, people }),
      publisher: {
        publish: async (batch) => {
          this.positions.published(batch.position);
          for (const listener of this.#listeners) listener(batch);
        },
      },
      onApplied: (position) => this.positions.applied(position),
      onStatus: () => undefined,
    });
    await this.#projector.caughtUp();
    this.positions.published(this.#projector.safePosition());
  }

  async stop(): Promise<void> {
    await this.#projector?.stop();
    this.generations.close();
  }

  async status(): Promise<readonly ProjectionStatus[]> {
    const { lastPosition } = await this.options.log.info();
    return this.#running()
      .status()
      .map((lane) => ({ ...lane, lag: lastPosition - lane.position, bytes: 0 }));
  }

  async parked(name?: ProjectionName, page?: ParkedPage): Promise<readonly ParkedEvent[]> {
    const found: ParkedEvent[] = [];
    for (const [projection, store] of this.#opened) {
      if (name !== undefined && name !== projection) continue;
      for (const event of await store.parked(page)) found.push({ projection, ...event });
    }
    return found;
  }

  retryParked(name: ProjectionName, position: number): Promise<boolean> {
    return this.#running().retryParked(name, position);
  }

  /** As a cluster does it: built beside, fed together, compared, readers first, then the writer. */
  async rebuild(name: ProjectionName, onProgress: (progress: RebuildProgress) => void): Promise<ParityReport> {
    const projection = name as StoredProjection;
    const { client, log } = this.options;
    const module = await projector();
    const built = module.projections.find((each) => each.name === name) as Projection<StoredProjection>;
    const { generation: old } = (await this.registry.serving(projection))!;
    const rebuilt = await this.registry.reserve(projection);
    const store = await this.stores.openGeneration({ projection, generation: rebuilt, partition, serving: false });
    const { lastPosition: to, events: total } = await log.info();
    let done = 0;
    const onPage = (events: number): void => {
      done += events;
      onProgress({ projection: name, done, total, eventsPerSecond: 0, secondsLeft: null });
    };
    await module.replay(built, { log, store, from: 0, to, onPage });

    const open = (generation: number) =>
      this.stores.openGeneration({ projection, generation, partition, serving: true });
    const both = new BothGenerations(await open(rebuilt), await open(old), this.#describe);
    await this.#switch(name, async () => both);
    const parity = await compareGenerations({
      client,
      tables: readModelTables[projection],
      old,
      rebuilt,
    });
    await this.registry.switchTo(projection, old, { generation: rebuilt, version: built.version });
    await this.generations.look();
    await this.#switch(name, () => open(rebuilt));
    return { projection: name, ...parity, switched: true };
  }

  async #switch(name: ProjectionName, open: () => Promise<ProjectionStore<never>>): Promise<void> {
    this.#next.set(name, open);
    await this.#running().switchStore(name, () => undefined);
  }

  async #open<Name extends ProjectionName>(projection: Projection<Name>): Promise<ProjectionStore<OperationOf<Name>>> {
    const { name } = projection;
    const next = this.#next.get(name);
    this.#next.delete(name);
    const store = await (next === undefined ? this.#serving(projection) : next());
    this.#opened.set(name, store);
    const opened = store as ProjectionStore<OperationOf<Name>>;
    return this.options.wrap?.(name, opened) ?? opened;
  }

  async #serving(projection: Projection): Promise<ProjectionStore<never>> {
    const { name, version } = projection;
    if (name === 'search') return new IdleStore();
    return this.stores.open({ name, version }, partition);
  }

  readonly #describe: DescribeEvent = async (position) => {
    const { events } = await this.options.log.readAll({ from: position, upTo: position, limit: 1 });
    return events[0] ?? null;
  };

  #running(): Projector {
    if (this.#projector === null) throw new Error('not started');
    return this.#projector;
  }
}

/** For the contract: a keyspace and a log of their own. */
export async function openCassandraModels(): Promise<ReadModelsUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-cassandra-'));
  const keyspace = await openTestKeyspace();
  const log = await openEventLog(folder);
  const models = new CassandraModels({ client: keyspace.client, log });
  await models.start();
  return {
    log,
    readModels: models.readModels,
    delivery: models.delivery,
    admin: models,
    projections: storedProjections,
    close: async () => {
      await models.stop();
      await log.close();
      await keyspace.close();
      rmSync(folder, { recursive: true });
    },
  };
}
