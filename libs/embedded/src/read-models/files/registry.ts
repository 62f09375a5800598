import { projectionNames, type ProjectionName } from '@parley/ports';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { removeProjection } from './projection-file.js';

/** Which generation of each projection serves, and which version of the code built it. */
export type Registry = Readonly<Partial<Record<ProjectionName, Generation>>>;

export interface Generation {
  readonly generation: number;
  readonly version: number;
}

const registryPath = (folder: string): string => join(folder, 'registry.json');

/** Empty when there is none, or one that cannot be read: then everything is built anew. */
export function readRegistry(folder: string): Registry {
  try {
    return JSON.parse(readFileSync(registryPath(folder), 'utf8')) as Registry;
  } catch {
    return {};
  }
}

/** Atomic and durable: after a crash it is the old one or the new one. */
export function writeRegistry(folder: string, registry: Registry): void {
  mkdirSync(folder, { recursive: true });
  const path = registryPath(folder);
  writeFileSync(`${path}.new`, `${JSON.stringify(registry, null, 2)}\n`);
  sync(`${path}.new`);
  renameSync(`${path}.new`, path);
  sync(folder);
}

/** Files of generations that do not serve: left by a rebuild that was cut short, or replaced. */
export function removeStrayFiles(folder: string, registry: Registry): void {
  for (const file of readdirSync(folder)) {
    const [, name = '', generation = ''] = /^([a-z]+)\.(\d+)\.db$/.exec(file) ?? [];
    if (!isProjectionName(name)) continue;
    if (registry[name]?.generation !== Number(generation)) removeProjection(join(folder, file));
  }
}

const isProjectionName = (name: string): name is ProjectionName =>
  (projectionNames as readonly string[]).includes(name);

function sync(path: string): void {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}
