// Says in one go all that the machine lacks, and what to do about it, before anything is started.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { javaHome } from './java.mjs';
import { onPath } from './path.mjs';

const availableMiB = () =>
  Math.round(Number(/MemAvailable:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) / 1024);

function memory(needed) {
  const available = availableMiB();
  if (available >= needed) return [];
  return [
    `memory: ${needed} MiB are needed, ${available} MiB are available. ` +
      'Start fewer engines (--only redis,kafka), or stop other programs; --ignore-memory starts all the same',
  ];
}

async function java() {
  if ((await javaHome()) !== undefined) return [];
  return [
    'JDK 17 (Cassandra 5.0 runs on no later one): apt-get install openjdk-17-jdk-headless, or set JAVA_HOME to one',
  ];
}

const missingPackage = (layout, { needs }) =>
  needs.maven !== undefined && !existsSync(join(layout.packages, needs.maven));

/**
 * @param {{ engine: import('./engines/index.mjs').Engine, nodes: number }[]} wanted
 * @throws Error with a line for each thing that is missing.
 */
export async function requireAll(layout, wanted, { ignoreMemory }) {
  if (process.platform !== 'linux') {
    throw new Error('The engines are started from packages on Linux only; elsewhere use Docker: --with docker');
  }
  const engines = wanted.map(({ engine }) => engine);
  const missing = [];
  if (engines.some(({ needs }) => needs.java)) missing.push(...(await java()));
  if (engines.some((engine) => missingPackage(layout, engine)) && onPath('mvn') === undefined) {
    missing.push('Maven, to load the servers from Maven Central: apt-get install maven');
  }
  if (process.getuid() === 0 && engines.some(({ needs }) => needs.setpriv) && onPath('setpriv') === undefined) {
    missing.push(
      'setpriv, as Elasticsearch does not run as root: apt-get install util-linux, or start as another user',
    );
  }
  for (const { needs } of engines) {
    const installed = needs.program === undefined || onPath(needs.program) !== undefined;
    if (installed || (onPath('apt-get') !== undefined && onPath('dpkg-deb') !== undefined)) continue;
    missing.push(`${needs.program}: install it with the package manager of your system`);
  }
  const needed = wanted.reduce((sum, { engine, nodes }) => sum + engine.memoryMiB(nodes), 0);
  if (!ignoreMemory) missing.push(...memory(needed));
  if (missing.length > 0) throw new Error(`This machine lacks\n${missing.map((line) => `  - ${line}`).join('\n')}`);
}
