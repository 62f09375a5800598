import { setTimeout as sleep } from 'node:timers/promises';
import type { Generation } from '../generations/generations.js';
import type { Reached } from './progress.js';

export interface SearchableSources {
  serving(): Promise<Generation | null>;
  reached(generation: string): Promise<Reached>;
  /** Resolves once every copy of every shard shows what was written before. */
  refresh(index: string): Promise<void>;
  share(generation: string, position: number): Promise<void>;
  readonly partitions: number;
  /** At most one refresh in this time, in milliseconds. */
  readonly everyMs: number;
}

/** A search waits no longer for knowing up to where it looks. */
const patienceMs = 250;
const shortestPause = 10;
const longestPause = 100;

/**
 * Up to which position everything is searchable. What is written is not found until its shard was refreshed, so a
 * checkpoint says too much: the checkpoints are read first, then the index is refreshed, and only then they hold.
 *
 * The index refreshes itself each second as well, but does not tell. So one refresh a second is asked for, only while
 * somebody searches or waits, and the result is shared: with many gateways, the one that finds no newer one asks.
 */
export class Searchable {
  #generation = '';
  #position = 0;
  #shared: number | null = null;
  #lookedAt = -Infinity;
  #refreshedAt = -Infinity;
  /** Since the last refresh. */
  #searched = false;
  #looking: Promise<void> | null = null;
  readonly #wanted = new Set<{ readonly position: number }>();

  constructor(private readonly sources: SearchableSources) {}

  /** May lag by a refresh, never runs ahead. While the engine is away: what was known last. */
  async position(): Promise<number> {
    this.#searched = true;
    const isOld = performance.now() - this.#lookedAt >= this.sources.everyMs;
    if (isOld || !(await this.#isServing())) await this.#lookFor(patienceMs);
    return this.#known();
  }

  /** true once everything up to `position` is searchable; false after `timeoutMs`. */
  async waitFor(position: number, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    const wanted = { position };
    this.#wanted.add(wanted);
    try {
      for (let pause = shortestPause; ; pause = Math.min(pause * 1.5, longestPause)) {
        if ((await this.#known()) >= position) return true;
        const left = deadline - performance.now();
        if (left > 0) await this.#lookFor(left);
        if ((await this.#known()) >= position) return true;
        const rest = deadline - performance.now();
        if (rest <= 0) return false;
        await sleep(Math.min(pause, rest));
      }
    } finally {
      this.#wanted.delete(wanted);
    }
  }

  async #known(): Promise<number> {
    return (await this.#isServing()) ? this.#position : 0;
  }

  /** Is what is known of the generation that serves? true also while nobody can tell. */
  async #isServing(): Promise<boolean> {
    const serving = await this.sources.serving().catch(() => null);
    return serving === null || serving.uuid === this.#generation;
  }

  /** A failure means that nothing was learned. */
  async #lookFor(timeoutMs: number): Promise<void> {
    this.#looking ??= this.#look()
      .catch(() => undefined)
      .finally(() => {
        this.#looking = null;
      });
    const end = new AbortController();
    const patience = sleep(timeoutMs, undefined, { signal: end.signal }).catch(() => undefined);
    await Promise.race([this.#looking, patience]);
    end.abort();
  }

  async #look(): Promise<void> {
    const { sources } = this;
    this.#lookedAt = performance.now();
    const generation = await sources.serving();
    if (generation === null) return;
    const { checkpoints, searchable } = await sources.reached(generation.uuid);
    if (generation.uuid !== this.#generation) this.#begin(generation.uuid);
    const othersDo = this.#shared !== null && searchable > this.#shared;
    this.#shared = searchable;
    this.#position = Math.max(this.#position, searchable);
    const lowest = checkpoints.size < sources.partitions ? 0 : Math.min(...checkpoints.values());
    if (lowest <= this.#position || !this.#mayRefresh(lowest, othersDo)) return;
    this.#refreshedAt = performance.now();
    this.#searched = false;
    await sources.refresh(generation.index);
    // Another generation may serve meanwhile.
    if (generation.uuid !== this.#generation) return;
    this.#position = Math.max(this.#position, lowest);
    await sources.share(generation.uuid, this.#position).catch(() => undefined);
  }

  #begin(generation: string): void {
    this.#generation = generation;
    this.#position = 0;
    this.#shared = null;
    this.#refreshedAt = -Infinity;
  }

  #mayRefresh(lowest: number, othersDo: boolean): boolean {
    if (performance.now() - this.#refreshedAt < this.sources.everyMs) return false;
    // Whoever waits for more than is written gains nothing by it, and would wait longer for the next one.
    const waited = [...this.#wanted].some(({ position }) => position > this.#position && position <= lowest);
    return waited || (this.#searched && !othersDo);
  }
}
