import {
  BothGenerations,
  type Build,
  type BuildRegistry,
  type GenerationPlan,
  isUnderWay,
  type ParkedPage,
  parkedPageOf,
  type Parity,
  type ProjectionGenerations,
  type ProjectionName,
  type ProjectionStore,
  StoreReplaced,
} from '@parley/ports';
import { MemoryStore } from './memory-store.js';

type Operation = { readonly position: number };

const partitions = 2;

/** Generations of one projection as its engine keeps them; what each process believes of them is left out. */
export class MemoryGenerations implements ProjectionGenerations {
  readonly settleMs = 5;
  current: GenerationPlan | null = null;
  readonly plans: GenerationPlan[] = [];
  readonly #stores = new Map<string, MemoryStore>();
  readonly #kept = new Set<number>();
  #newest = 0;

  storeOf(generation: number, lane: number | 'build'): MemoryStore {
    const key = `${generation} ${lane}`;
    const store = this.#stores.get(key) ?? new MemoryStore();
    this.#stores.set(key, store);
    return store;
  }

  /** Positions of a generation, whoever wrote them. */
  rows(generation: number): readonly number[] {
    const lanes = ['build', 0, 1] as const;
    const all = lanes.flatMap((lane) => this.storeOf(generation, lane).operations.map(({ position }) => position));
    return [...new Set(all)].sort((a, b) => a - b);
  }

  /** As a consumer of this version opens it. */
  async open(version: number, partition: number): Promise<ProjectionStore<Operation>> {
    const plan = await this.planOrFirst(version);
    if (plan.version !== version || plan.held) throw new Error('not to be written by this version');
    const watched = (generation: number): ProjectionStore<Operation> => this.#watched(generation, partition, plan);
    const { serving, beside } = plan;
    if (beside === null) return watched(serving);
    const [newer, older] = [watched(Math.max(serving, beside)), watched(Math.min(serving, beside))];
    return new BothGenerations(newer, older, () => Promise.resolve(null));
  }

  async plan() {
    return this.current;
  }
  async known() {
    return this.current;
  }
  async planOrFirst(version: number): Promise<GenerationPlan> {
    this.current ??= { serving: await this.begin(), version, beside: null, held: false };
    return this.current;
  }
  async change(from: GenerationPlan, to: GenerationPlan): Promise<boolean> {
    const now = JSON.stringify(this.current);
    if (now === JSON.stringify(to)) return true;
    if (now !== JSON.stringify(from)) return false;
    this.current = to;
    this.plans.push(to);
    return true;
  }
  async begin(): Promise<number> {
    this.#newest++;
    this.#kept.add(this.#newest);
    return this.#newest;
  }
  async openBuild(generation: number): Promise<ProjectionStore<never>> {
    if (!this.#kept.has(generation)) throw new Error(`there is no generation ${generation}`);
    return this.storeOf(generation, 'build');
  }
  async handOver(generation: number, serving: number, position: number, partitionOf: (stream: string) => number) {
    const parked = await this.storeOf(generation, 'build').parked();
    for (let partition = 0; partition < partitions; partition++) {
      const own = parked.filter(({ stream }) => partitionOf(stream) === partition);
      const checkpoint = Math.min(position, this.storeOf(serving, partition).saved);
      await this.storeOf(generation, partition).apply({ operations: [], parked: own, checkpoint });
    }
  }
  async checkpoints(generation: number) {
    return new Map([0, 1].map((partition) => [partition, this.storeOf(generation, partition).saved]));
  }
  async parked(generation: number, page?: ParkedPage) {
    const ofPartitions = await Promise.all([0, 1].map((partition) => this.storeOf(generation, partition).parked(page)));
    return parkedPageOf(ofPartitions.flat(), page);
  }
  async compare(old: number, built: number): Promise<Parity> {
    const [was, is] = [new Set(this.rows(old)), new Set(this.rows(built))];
    return {
      rows: new Set([...was, ...is]).size,
      onlyInOld: [...was].filter((position) => !is.has(position)).length,
      onlyInNew: [...is].filter((position) => !was.has(position)).length,
      different: 0,
      examples: [],
    };
  }
  async leftovers() {
    return [...this.#kept].filter((each) => each !== this.current?.serving && each !== this.current?.beside);
  }
  async remove(generation: number) {
    this.#kept.delete(generation);
    for (const lane of ['build', 0, 1]) this.#stores.delete(`${generation} ${lane}`);
  }

  #watched(generation: number, partition: number, plan: GenerationPlan): ProjectionStore<Operation> {
    const store = this.storeOf(generation, partition);
    const isReplaced = (): boolean => this.current !== plan;
    return {
      get replaced() {
        return isReplaced();
      },
      checkpoint: () => store.checkpoint(),
      apply: async (batch) => {
        if (isReplaced()) throw new StoreReplaced('others are written now');
        await store.apply(batch);
      },
      applyParked: (position, operations) => store.applyParked(position, operations),
      parked: (page) => store.parked(page),
      close: () => store.close(),
    };
  }
}

/** The record of builds as its engine keeps it. */
export class MemoryBuilds implements BuildRegistry {
  build: Build | null = null;
  #asked = 0;

  async current() {
    return this.build;
  }
  async ask(projection: ProjectionName, version: number): Promise<Build> {
    if (this.build !== null && isUnderWay(this.build)) return this.build;
    const nothing = { generation: null, old: null, done: 0, total: 0, eventsPerSecond: 0, report: null, error: null };
    this.build = { id: `b${++this.#asked}`, projection, version, phase: 'asked', beat: 0, ...nothing };
    return this.build;
  }
  async advance(build: Build, change: Partial<Build>): Promise<Build | null> {
    if (this.build?.id !== build.id || this.build.beat !== build.beat) return null;
    this.build = { ...build, ...change, beat: build.beat + 1 };
    return this.build;
  }
}
