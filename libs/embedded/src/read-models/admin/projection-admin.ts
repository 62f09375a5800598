import type {
  EventLogReader,
  LaneStatus,
  ParityReport,
  ParkedEvent,
  ParkedPage,
  ProjectionAdmin,
  ProjectionName,
  ProjectionStatus,
  RebuildProgress,
} from '@parley/ports';
import { projectionNames } from '@parley/ports';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readParked } from '../files/parked-events.js';
import { projectionBytes, projectionFile, removeProjection } from '../files/projection-file.js';
import { readRegistry } from '../files/registry.js';
import type { RebuildSteps } from '../rebuild/rebuild-projection.js';
import type { TableDifferences } from '../thread/messages.js';
import type { ProjectionRunner } from '../thread/projection-runner.js';

export interface AdminOptions {
  readonly dataDir: string;
  readonly log: EventLogReader;
  /** Builds this generation beside the one that serves; resolves with what comparing the two found. */
  readonly build: (name: ProjectionName, generation: number, steps: RebuildSteps) => Promise<TableDifferences>;
}

export class EmbeddedProjectionAdmin implements ProjectionAdmin {
  readonly #folder: string;
  #rebuilding: ProjectionName | null = null;

  constructor(
    private readonly options: AdminOptions,
    private readonly thread: ProjectionRunner,
  ) {
    this.#folder = join(options.dataDir, 'read');
  }

  async status(): Promise<readonly ProjectionStatus[]> {
    const lanes = await this.#lanes();
    const { lastPosition } = await this.options.log.info();
    return lanes.map((lane) => ({
      ...lane,
      lag: Math.max(0, lastPosition - lane.position),
      bytes: projectionBytes(this.#file(lane.name)),
      state: this.#rebuilding === lane.name && lane.state === 'live' ? 'rebuilding' : lane.state,
    }));
  }

  async rebuild(name: ProjectionName, onProgress: (progress: RebuildProgress) => void): Promise<ParityReport> {
    if (this.#rebuilding !== null) throw new Error(`${this.#rebuilding} is being rebuilt: one at a time`);
    this.#rebuilding = name;
    const before = readRegistry(this.#folder)[name]?.generation ?? 0;
    const generation = before + 1;
    try {
      const report = await this.#build(name, generation, onProgress);
      await this.thread.switchGeneration(name, generation);
      removeProjection(projectionFile(this.#folder, name, before));
      return { projection: name, ...report, switched: true };
    } catch (error) {
      if (readRegistry(this.#folder)[name]?.generation !== generation) {
        removeProjection(projectionFile(this.#folder, name, generation));
      }
      throw error;
    } finally {
      this.#rebuilding = null;
    }
  }

  async parked(name?: ProjectionName, page?: ParkedPage): Promise<readonly ParkedEvent[]> {
    const names = name === undefined ? projectionNames : [name];
    return names.flatMap((projection) => this.#parkedOf(projection, page));
  }

  retryParked(name: ProjectionName, position: number): Promise<boolean> {
    return this.thread.retryParked(name, position);
  }

  #build(
    name: ProjectionName,
    generation: number,
    onProgress: (progress: RebuildProgress) => void,
  ): Promise<TableDifferences> {
    const began = performance.now();
    return this.options.build(name, generation, {
      onProgress: (done, total) => {
        const eventsPerSecond = (done / Math.max(1, performance.now() - began)) * 1_000;
        const secondsLeft = eventsPerSecond > 0 ? (total - done) / eventsPerSecond : null;
        onProgress({ projection: name, done, total, eventsPerSecond, secondsLeft });
      },
      // The old one must not be behind the new one when they are compared.
      reached: async (position) => {
        while ((await this.thread.saveCheckpoint(name)) < position) await nextLook();
      },
    });
  }

  /** When the thread is being started again, all of them are out of order. */
  async #lanes(): Promise<readonly LaneStatus[]> {
    try {
      return await this.thread.status();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const registry = readRegistry(this.#folder);
      return projectionNames.map((name) => ({
        name,
        version: registry[name]?.version ?? 0,
        position: 0,
        parked: 0,
        state: 'failed',
        error: message,
      }));
    }
  }

  #parkedOf(projection: ProjectionName, page?: ParkedPage): ParkedEvent[] {
    const path = this.#file(projection);
    if (!existsSync(path)) return [];
    const db = new DatabaseSync(path);
    try {
      db.exec('PRAGMA query_only = 1');
      return readParked(db, page).map((event) => ({ projection, ...event }));
    } finally {
      db.close();
    }
  }

  #file(name: ProjectionName): string {
    return projectionFile(this.#folder, name, readRegistry(this.#folder)[name]?.generation ?? 0);
  }
}

const nextLook = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
