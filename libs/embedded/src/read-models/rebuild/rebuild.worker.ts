import type { ProjectionName, Projection, ProjectorModule } from '@parley/ports';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { openLogReader } from '../../log/event-log.js';
import { finishBuilding, openForBuilding, openProjection, projectionFile } from '../files/projection-file.js';
import { readRegistry } from '../files/registry.js';
import { SqliteStore } from '../files/sqlite-store.js';
import { sqliteProjection } from '../sqlite-projections.js';
import type { RebuildMessage, RebuildThreadStart } from '../thread/messages.js';
import { compareFiles } from './compare-files.js';

/**
 * Builds one projection from zero in a file of its own, beside the one that serves and without a lock in common; then
 * brings it to exactly where a snapshot of the old one stands and compares the two.
 */
const start = workerData as RebuildThreadStart;
const port = parentPort;
if (port === null) throw new Error('this file runs as a worker thread');

/** Milliseconds between reports of progress. */
const reportEvery = 200;

const tell = (message: RebuildMessage): void => port.postMessage(message);
const folder = join(start.dataDir, 'read');
const log = openLogReader(start.dataDir, start.signal);

try {
  const { projector } = (await import(start.projector)) as { projector: ProjectorModule };
  const projection = projector.projections.find(({ name }) => name === start.name);
  if (projection === undefined) throw new Error(`there is no projection ${start.name}`);
  await rebuild(projector, projection);
} catch (error) {
  tell({ type: 'failed', error: error instanceof Error ? error.message : String(error) });
} finally {
  log.close();
  port.close();
}

async function rebuild<Name extends ProjectionName>(
  projector: ProjectorModule,
  projection: Projection<Name>,
): Promise<void> {
  const tables = sqliteProjection(projection.name);
  const path = projectionFile(folder, projection.name, start.generation);
  const building = openForBuilding(path, tables);
  const { lastPosition: end, events: total } = await log.info();
  let done = 0;
  let reported = 0;
  await projector.replay(projection, {
    log,
    store: new SqliteStore(building, tables, Date.now),
    from: 0,
    to: end,
    onPage: (events) => {
      done += events;
      if (performance.now() - reported < reportEvery) return;
      reported = performance.now();
      tell({ type: 'progress', done, total });
    },
  });
  finishBuilding(building, path, tables);
  tell({ type: 'progress', done, total });

  const rebuilt = openProjection(path, tables);
  tell({ type: 'built', position: end });
  // The main thread answers once the old one has saved a checkpoint at or beyond this.
  await once(port as NonNullable<typeof port>, 'message');
  const oldPath = projectionFile(folder, projection.name, readRegistry(folder)[projection.name]?.generation ?? 0);
  if (!existsSync(oldPath)) throw new Error(`there is no ${oldPath} to compare with`);
  const old = new DatabaseSync(oldPath);
  try {
    old.exec('PRAGMA query_only = 1; BEGIN');
    const { position } = old.prepare('SELECT position FROM progress').get() as { position: number };
    const store = new SqliteStore(rebuilt, tables, Date.now);
    await projector.replay(projection, { log, store, from: end, to: position });
    tell({ type: 'compared', report: compareFiles(old, rebuilt, tables.tables) });
  } finally {
    old.close();
    rebuilt.close();
  }
}
