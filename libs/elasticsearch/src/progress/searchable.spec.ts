import { describe, expect, it, vi } from 'vitest';
import type { Generation } from '../generations/generations.js';
import { Searchable, type SearchableSources } from './searchable.js';

/** An engine that shows what it has only after a refresh. */
class Engine {
  generation: Pick<Generation, 'index' | 'uuid'> | null = { index: 'messages', uuid: 'a' };
  checkpoints = new Map<number, number>();
  shared = 0;
  refreshes = 0;
  away = false;
  refresh: () => Promise<void> = async () => undefined;

  searchable(everyMs: number, partitions = 2): Searchable {
    const sources: SearchableSources = {
      serving: async () => this.generation as Generation | null,
      reached: async () => {
        if (this.away) throw new Error('away');
        return { checkpoints: new Map(this.checkpoints), searchable: this.shared };
      },
      refresh: async () => {
        this.refreshes++;
        await this.refresh();
      },
      share: async (_, position) => {
        this.shared = position;
      },
      partitions,
      everyMs,
    };
    return new Searchable(sources);
  }

  at(...positions: number[]): void {
    this.checkpoints = new Map(positions.entries());
  }
}

const never = 1e9;

describe('Searchable', () => {
  it('is as far as the partition that is furthest behind, once refreshed', async () => {
    const engine = new Engine();
    const searchable = engine.searchable(0);
    expect(await searchable.position()).toBe(0);
    engine.at(10);
    expect(await searchable.position()).toBe(0);
    engine.at(10, 7);
    expect(await searchable.position()).toBe(7);
    expect(engine.shared).toBe(7);
  });

  it('claims nothing that was written after the refresh began', async () => {
    const engine = new Engine();
    engine.at(5, 5);
    engine.refresh = async () => engine.at(9, 9);
    expect(await engine.searchable(never).position()).toBe(5);
  });

  it('claims nothing when the refresh fails or the engine is away', async () => {
    const engine = new Engine();
    engine.at(5, 5);
    engine.refresh = () => Promise.reject(new Error('a shard is away'));
    const searchable = engine.searchable(0);
    expect(await searchable.position()).toBe(0);
    engine.refresh = async () => undefined;
    expect(await searchable.position()).toBe(5);
    engine.away = true;
    engine.at(9, 9);
    expect(await searchable.position()).toBe(5);
    expect(await searchable.waitFor(9, 30)).toBe(false);
  });

  it('refreshes at most once in its time, however many ask', async () => {
    const engine = new Engine();
    engine.at(5, 5);
    const searchable = engine.searchable(never);
    await Promise.all(Array.from({ length: 50 }, () => searchable.position()));
    engine.at(6, 6);
    await Promise.all(Array.from({ length: 50 }, () => searchable.position()));
    expect(engine.refreshes).toBe(1);
    expect(await searchable.position()).toBe(5);
  });

  it('takes over what another process has made searchable', async () => {
    const engine = new Engine();
    engine.at(5, 5);
    const searchable = engine.searchable(0);
    await searchable.position();
    engine.at(8, 9);
    engine.shared = 7;
    expect(await searchable.position()).toBe(7);
    expect(engine.refreshes).toBe(1);
    // The other one has stopped.
    expect(await searchable.position()).toBe(8);
    expect(engine.refreshes).toBe(2);
  });

  it('waits until it is written, then refreshes once', async () => {
    const engine = new Engine();
    engine.at(1, 1);
    const searchable = engine.searchable(never);
    const waits = [searchable.waitFor(20, 10_000), searchable.waitFor(15, 10_000)];
    await vi.waitFor(() => expect(engine.refreshes).toBe(0));
    engine.at(20, 21);
    expect(await Promise.all(waits)).toEqual([true, true]);
    expect(engine.refreshes).toBe(1);
    expect(await searchable.waitFor(20, 0)).toBe(true);
    expect(await searchable.waitFor(21, 0)).toBe(false);
  });

  it('begins anew with another generation', async () => {
    const engine = new Engine();
    engine.at(50, 50);
    const searchable = engine.searchable(never);
    expect(await searchable.position()).toBe(50);
    engine.generation = { index: 'messages-2', uuid: 'b' };
    engine.shared = 0;
    engine.at(30, 40);
    expect(await searchable.waitFor(40, 0)).toBe(false);
    expect(await searchable.position()).toBe(30);
    engine.generation = null;
    expect(await searchable.position()).toBe(30);
  });
});
