// Kafka and Elasticsearch run on newer versions too, Cassandra 5.0 runs on Java 11 and 17 only: 17 it is for all three.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { onPath } from './path.mjs';

const run = promisify(execFile);
const WANTED = 17;

function candidates() {
  const machines = '/usr/lib/jvm';
  const installed = existsSync(machines) ? readdirSync(machines).map((name) => join(machines, name)) : [];
  const java = onPath('java');
  const fromPath = java === undefined ? [] : [dirname(dirname(realpathSync(java)))];
  const named = [process.env['ENGINES_JAVA_HOME'], process.env['JAVA_HOME']].filter((home) => home !== undefined);
  return [...new Set([...named, ...fromPath, ...installed.filter((home) => home.includes(`${WANTED}`))])];
}

async function versionOf(home) {
  try {
    const { stderr } = await run(join(home, 'bin', 'java'), ['-version'], { timeout: 20_000 });
    return Number(/version "(\d+)/.exec(stderr)?.[1]);
  } catch {
    return undefined;
  }
}

let found;

/** Home folder of a Java 17, from ENGINES_JAVA_HOME, JAVA_HOME, PATH or /usr/lib/jvm; undefined where there is none. */
export function javaHome() {
  found ??= (async () => {
    for (const home of candidates()) if ((await versionOf(home)) === WANTED) return home;
    return undefined;
  })();
  return found;
}

export const javaProgram = async () => join(await javaHome(), 'bin', 'java');
