import type { OperationOf, Projection, ProjectionName, ProjectionStore } from '@parley/ports';
import { mkdirSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { openProjection, projectionFile, removeProjection } from '../files/projection-file.js';
import { readRegistry, removeStrayFiles, writeRegistry, type Generation } from '../files/registry.js';
import { SqliteStore } from '../files/sqlite-store.js';
import { sqliteProjection } from '../sqlite-projections.js';

/** Opens the generation that serves, and keeps the registry. Used by the projecting thread only. */
export class StoreOpener {
  readonly #opened = new Set<ProjectionName>();
  readonly #next = new Map<ProjectionName, number>();

  constructor(
    private readonly folder: string,
    private readonly now: () => number,
  ) {
    mkdirSync(folder, { recursive: true });
    removeStrayFiles(folder, readRegistry(folder));
  }

  /**
   * A projection that another version of the code built is begun anew; so is a file that turns out to be damaged.
   */
  async open<Name extends ProjectionName>(projection: Projection<Name>): Promise<ProjectionStore<OperationOf<Name>>> {
    const { name } = projection;
    const tables = sqliteProjection(name);
    const path = projectionFile(this.folder, name, this.#next.get(name) ?? this.#serving(projection).generation);
    const db = openUndamaged(path, () => openProjection(path, tables), this.#opened.has(name));
    this.#opened.add(name);
    return new SqliteStore(db, tables, this.now);
  }

  /** The next `open` of this projection opens another generation. */
  prepareSwitch(name: ProjectionName, generation: number): void {
    this.#next.set(name, generation);
  }

  cancelSwitch(name: ProjectionName): void {
    this.#next.delete(name);
  }

  /** From now on the other generation serves. */
  commitSwitch(name: ProjectionName, version: number): void {
    const generation = this.#next.get(name);
    if (generation === undefined) return;
    this.#next.delete(name);
    writeRegistry(this.folder, { ...readRegistry(this.folder), [name]: { generation, version } });
  }

  #serving({ name, version }: Projection): Generation {
    const registry = readRegistry(this.folder);
    const serving = registry[name];
    if (serving?.version === version) return serving;
    const begun = { generation: (serving?.generation ?? 0) + 1, version };
    const updated = { ...registry, [name]: begun };
    writeRegistry(this.folder, updated);
    removeStrayFiles(this.folder, updated);
    return begun;
  }
}

/** A projection can always be made from the log: a damaged file is removed. `check`: read it all, it failed before. */
function openUndamaged(path: string, open: () => DatabaseSync, check: boolean): DatabaseSync {
  try {
    const db = open();
    if (!check || isWhole(db)) return db;
    db.close();
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  removeProjection(path);
  return open();
}

function isWhole(db: DatabaseSync): boolean {
  try {
    const row = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    return row.quick_check === 'ok';
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const isDamage = (error: unknown): boolean => [11, 26].includes(((error as { errcode?: number }).errcode ?? 0) & 0xff);
