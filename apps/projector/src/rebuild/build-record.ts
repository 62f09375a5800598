import { type Build, type BuildRegistry, isUnderWay } from '@parley/ports';

/** It was given up, or somebody else has taken it further: look again. */
export class BuildTakenOver extends Error {
  override readonly name = 'BuildTakenOver';
}

const tellEveryMs = 500;

/** The record of the build at hand, as this process knows it. It is only changed while it still is what is known here. */
export class BuildRecord {
  readonly #began = performance.now();
  #toldAt = performance.now();
  /** Events taken by this process. */
  #taken = 0;
  #told = 0;

  constructor(
    private readonly builds: BuildRegistry,
    private build: Build,
  ) {}

  get now(): Build {
    return this.build;
  }

  /** Events taken by all who have worked at it. */
  get done(): number {
    return this.build.done + this.#taken - this.#told;
  }

  /** @throws BuildTakenOver */
  async advance(change: Partial<Omit<Build, 'id' | 'projection' | 'beat'>>): Promise<void> {
    const [done, taken] = [this.done, this.#taken];
    const next = await this.builds.advance(this.build, {
      done,
      total: Math.max(done, this.build.total),
      ...change,
    });
    this.#toldAt = performance.now();
    if (next !== null) {
      this.build = next;
      this.#told = taken;
      return;
    }
    const found = await this.builds.current();
    const isOurs = found?.id === this.build.id && found.phase === this.build.phase && isUnderWay(found);
    if (!isOurs) throw new BuildTakenOver(`the rebuild of ${this.build.projection} is another one's, or was given up`);
    // Two work at it for a moment: both write the same. What was to be changed is changed at the next try.
    this.build = found;
    if ('phase' in change) await this.advance(change);
  }

  /** So many more events are in the rows; told now and then. @throws BuildTakenOver */
  async took(events: number, total: () => number): Promise<void> {
    this.#taken += events;
    const now = performance.now();
    if (now - this.#toldAt < tellEveryMs) return;
    const eventsPerSecond = Math.round((this.#taken / Math.max(1, now - this.#began)) * 1_000);
    await this.advance({ total: Math.max(this.done, total()), eventsPerSecond });
  }

  /** Somebody is at it. @throws BuildTakenOver */
  async beat(): Promise<void> {
    if (performance.now() - this.#toldAt >= tellEveryMs) await this.advance({});
  }
}
