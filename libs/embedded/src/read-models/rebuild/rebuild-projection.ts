import type { EventLogReader, Projection, ProjectionName, ProjectorModule } from '@parley/ports';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { finishBuilding, openForBuilding, openProjection, projectionFile } from '../files/projection-file.js';
import { readRegistry } from '../files/registry.js';
import { SqliteStore } from '../files/sqlite-store.js';
import { sqliteProjection } from '../sqlite-projections.js';
import type { TableDifferences } from '../thread/messages.js';
import { compareFiles } from './compare-files.js';

/** Milliseconds between reports of progress. */
const reportEvery = 200;

export interface RebuildSteps {
  onProgress(done: number, total: number): void;
  /** Resolves once the serving projection has saved a checkpoint at or beyond this position. */
  reached(position: number): Promise<void>;
}

export interface RebuildOptions {
  readonly dataDir: string;
  readonly name: ProjectionName;
  /** The new one. */
  readonly generation: number;
  readonly module: ProjectorModule;
  readonly log: Pick<EventLogReader, 'info' | 'readAll'>;
}

/**
 * Builds one projection from zero in a file of its own, beside the one that serves and without a lock in common; then
 * brings it to exactly where a snapshot of the old one stands and compares the two.
 */
export function rebuildProjection(options: RebuildOptions, steps: RebuildSteps): Promise<TableDifferences> {
  const projection = options.module.projections.find(({ name }) => name === options.name);
  if (projection === undefined) throw new Error(`there is no projection ${options.name}`);
  return rebuild(projection, options, steps);
}

async function rebuild<Name extends ProjectionName>(
  projection: Projection<Name>,
  { dataDir, module, log, generation }: RebuildOptions,
  steps: RebuildSteps,
): Promise<TableDifferences> {
  const folder = join(dataDir, 'read');
  const tables = sqliteProjection(projection.name);
  const path = projectionFile(folder, projection.name, generation);
  const building = openForBuilding(path, tables);
  const { lastPosition: end, events: total } = await log.info();
  let done = 0;
  let reported = 0;
  await module.replay(projection, {
    log,
    store: new SqliteStore(building, tables, () => Date.now()),
    from: 0,
    to: end,
    onPage: (events) => {
      done += events;
      if (performance.now() - reported < reportEvery) return;
      reported = performance.now();
      steps.onProgress(done, total ?? done);
    },
  });
  finishBuilding(building, path, tables);
  steps.onProgress(done, total ?? done);

  const rebuilt = openProjection(path, tables);
  await steps.reached(end);
  const oldPath = projectionFile(folder, projection.name, readRegistry(folder)[projection.name]?.generation ?? 0);
  if (!existsSync(oldPath)) throw new Error(`there is no ${oldPath} to compare with`);
  const old = new DatabaseSync(oldPath);
  try {
    old.exec('PRAGMA query_only = 1; BEGIN');
    const { position } = old.prepare('SELECT position FROM progress').get() as { position: number };
    const store = new SqliteStore(rebuilt, tables, () => Date.now());
    await module.replay(projection, { log, store, from: end, to: position });
    return compareFiles(old, rebuilt, tables.tables);
  } finally {
    old.close();
    rebuilt.close();
  }
}
