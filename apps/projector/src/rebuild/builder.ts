import type { Logger } from '@parley/platform';
import {
  type Build,
  type BuildRegistry,
  type DeadLetters,
  type EventLogReader,
  type GenerationPlan,
  isParked,
  parkedPages,
  type Projection,
  type ProjectionGenerations,
  type ProjectionName,
} from '@parley/ports';
import { setTimeout as pause } from 'node:timers/promises';
import { BuildRecord } from './build-record.js';
import { fill } from './fill.js';

export interface BuilderOptions {
  readonly log: Pick<EventLogReader, 'readAll' | 'info'>;
  readonly partitions: number;
  readonly partitionOf: (stream: string) => number;
  readonly builds: BuildRegistry;
  readonly deadLetters: DeadLetters;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** So few events behind the end of the log, the consumers can take over. */
const nearlyThere = 4_096;
/** Consumers that do not move for so long do not take over. */
const stallMs = 60_000;
const lookEveryMs = 250;

/**
 * Takes one build from wherever it is to its end. Every step can be repeated, by this or another process: what it has
 * done so far lies in the rows and in the record of the build.
 */
export class Builder<Name extends ProjectionName = ProjectionName> {
  readonly #record: BuildRecord;

  constructor(
    private readonly projection: Projection<Name>,
    private readonly generations: ProjectionGenerations<Name>,
    build: Build,
    private readonly options: BuilderOptions,
  ) {
    this.#record = new BuildRecord(options.builds, build);
  }

  /** @throws BuildTakenOver; whatever an engine throws: to be run again */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const { phase } = this.#record.now;
      switch (phase) {
        case 'asked':
          await this.#begin();
          break;
        case 'filling':
          await this.#fill(signal);
          break;
        case 'joining':
          await this.#join(signal);
          break;
        case 'switching':
          await this.#switch(signal);
          break;
        case 'done':
        case 'failed':
          return;
        default:
          throw new TypeError(`no step for ${String(phase satisfies never)}`);
      }
    }
  }

  async #begin(): Promise<void> {
    const { version } = this.#record.now;
    const { serving } = await this.generations.planOrFirst(version);
    const generation = await this.generations.begin(version);
    await this.#record.advance({ phase: 'filling', generation, old: serving });
  }

  async #fill(signal: AbortSignal): Promise<void> {
    const { generation, old } = this.#numbers();
    await this.#followToEnd(generation, nearlyThere, signal);
    const plan = await this.#plan();
    if (plan.version === this.#record.now.version) {
      // Consumers that write both go on from here; before, nobody else may know of it.
      if (plan.beside !== generation) {
        const store = await this.generations.openBuild(generation);
        await this.generations.handOver(generation, old, await store.checkpoint(), this.options.partitionOf);
        await this.#change(plan, { ...plan, beside: generation });
      }
    } else {
      // No consumer of the version that serves can write the new rows: they stand still while the last ones are written.
      await this.#change(plan, { ...plan, held: true });
    }
    await this.#record.advance({ phase: 'joining' });
  }

  async #join(signal: AbortSignal): Promise<void> {
    const { generation, old } = this.#numbers();
    const { version } = await this.#plan();
    await this.#settle(signal);
    const isSameVersion = version === this.#record.now.version;
    if (isSameVersion) await this.#untilConsumersAreIn(generation, old, signal);
    else {
      await this.#followToEnd(generation, 0, signal);
      const store = await this.generations.openBuild(generation);
      await this.generations.handOver(generation, old, await store.checkpoint(), this.options.partitionOf);
    }
    await this.#sendLetters(generation, old);
    const parity = isSameVersion
      ? await this.#beating(this.generations.compare(old, generation, signal), signal)
      : { rows: 0, onlyInOld: 0, onlyInNew: 0, different: 0, examples: [] };
    await this.#record.advance({ phase: 'switching', report: { ...parity, switched: true } });
  }

  async #switch(signal: AbortSignal): Promise<void> {
    const { generation, old } = this.#numbers();
    const { version } = this.#record.now;
    const plan = await this.#plan();
    // Until every reader reads the new one, the old one is written as well, or, of another version, nothing is.
    const both = { serving: generation, version, beside: plan.held ? null : old, held: plan.held };
    if (plan.serving !== generation) await this.#change(plan, both);
    const switched = await this.#plan();
    if (switched.beside !== null || switched.held) {
      await this.#settle(signal);
      await this.#change(switched, { serving: generation, version, beside: null, held: false });
    }
    const { projection } = this.#record.now;
    this.options.logger.info({ projection, generation, version }, 'a projection was built anew and serves');
    await this.#record.advance({ phase: 'done' });
  }

  /** Until at most so many events are left. */
  async #followToEnd(generation: number, rest: number, signal: AbortSignal): Promise<void> {
    const { log } = this.options;
    const store = await this.generations.openBuild(generation);
    for (let position = await store.checkpoint(); ;) {
      const end = await log.info();
      let taken = 0;
      const total = (): number => end.events ?? estimate(this.#record.done, position, end.lastPosition);
      await fill({
        projection: this.projection,
        log,
        store,
        from: position,
        to: end.lastPosition,
        signal,
        onPage: async (events, reached) => {
          taken += events;
          position = reached;
          await this.#record.took(events, total);
        },
      });
      if (taken > rest) continue;
      await this.#record.advance({ total: this.#record.done });
      return;
    }
  }

  /**
   * All partitions write both, and have both up to where the log ends now: rows of the old one may be ahead of its
   * checkpoints, those of a process that has just died too.
   */
  async #untilConsumersAreIn(generation: number, old: number, signal: AbortSignal): Promise<void> {
    const partitions = [...(await this.generations.checkpoints(old)).keys()];
    const { lastPosition } = await this.options.log.info();
    let last = -1;
    for (let movedAt = performance.now(); ;) {
      const reached = await this.generations.checkpoints(generation);
      if (partitions.every((partition) => (reached.get(partition) ?? 0) >= lastPosition)) return;
      const sum = [...reached.values()].reduce((a, b) => a + b, 0);
      if (sum > last) {
        last = sum;
        movedAt = performance.now();
      }
      if (performance.now() - movedAt > stallMs) throw new Error('the consumers do not take over the new rows');
      await this.#record.beat();
      await pause(lookEveryMs, undefined, { signal });
    }
  }

  /** Nothing is parked without a letter, also what only the new rows refuse. */
  async #sendLetters(generation: number, old: number): Promise<void> {
    const { log, deadLetters, partitionOf } = this.options;
    for await (const parked of parkedPages((page) => this.generations.parked(generation, page))) {
      for (const { position, reason } of parked) {
        if (await isParked((page) => this.generations.parked(old, page), position)) continue;
        const { events } = await log.readAll({ from: position, upTo: position, limit: 1 });
        const [event] = events;
        if (event === undefined) continue;
        const partition = partitionOf(event.stream);
        await deadLetters.add({ projection: this.projection.name, partition, reason, event });
      }
    }
  }

  /** Every process goes by the plan as it is. */
  async #settle(signal: AbortSignal): Promise<void> {
    await this.#beating(pause(this.generations.settleMs, undefined, { signal }), signal);
  }

  /** Shows that somebody is at it while it takes its time. */
  async #beating<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    const settled = work.then(
      () => true,
      () => true,
    );
    while (!(await Promise.race([settled, pause(lookEveryMs, false, { signal })]))) await this.#record.beat();
    return work;
  }

  async #change(from: GenerationPlan, to: GenerationPlan): Promise<void> {
    if (!(await this.generations.change(from, to))) throw new Error('which rows serve was changed by somebody else');
  }

  async #plan(): Promise<GenerationPlan> {
    const plan = await this.generations.plan();
    if (plan === null) throw new Error(`nothing serves ${this.projection.name} any more`);
    return plan;
  }

  #numbers(): { readonly generation: number; readonly old: number } {
    const { generation, old } = this.#record.now;
    if (generation === null || old === null) throw new Error('a build without a generation');
    return { generation, old };
  }
}

/** Where the log does not count its events: as if they were spread evenly. */
const estimate = (done: number, position: number, end: number): number =>
  position <= 0 ? done : Math.round((done * Math.max(end, position)) / position);
