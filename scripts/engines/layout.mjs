// Where the launcher keeps things. Everything it writes lies below two folders, which can be moved by environment:
// ENGINES_HOME (data, configuration, logs, process records) and ENGINES_PACKAGES (jars and unpacked packages, shared by
// all homes because they never change once they are there). Both default to `.engines/` of this repository.
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * The folders of one home. `packages` may be shared by several homes, the rest belongs to one.
 * @param {{ home?: string, packages?: string }} [places]
 */
export function layoutOf(places = {}) {
  const standard = join(repository, '.engines');
  const home = resolve(places.home ?? process.env['ENGINES_HOME'] ?? standard);
  const packages = resolve(places.packages ?? process.env['ENGINES_PACKAGES'] ?? join(standard, 'packages'));
  return {
    home,
    packages,
    conf: join(home, 'conf'),
    data: join(home, 'data'),
    logs: join(home, 'logs'),
    run: join(home, 'run'),
  };
}

/** Makes the folder and those above it, and returns its path. */
export function folder(...parts) {
  const path = join(...parts);
  mkdirSync(path, { recursive: true });
  return path;
}
