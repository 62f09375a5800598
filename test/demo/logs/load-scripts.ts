import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cast } from './cast.js';
import { parseLog } from './parse-log.js';
import type { Script } from './script.js';
import { writeScript } from './write-script.js';

/**
 * Scripts of `only` logs of a folder, by date, from the `from`-th on, with the same people in all of them.
 *
 * @throws Error when the folder cannot be read or has no such log
 */
export function loadScripts(folder: string, from: number, only: number | null): { cast: Cast; scripts: Script[] } {
  const names = readdirSync(folder)
    .filter((name) => /^\d{4}-\d\d-\d\d.*\.(?:log|txt)$/.test(name))
    .sort();
  if (names.length === 0) throw new Error(`there is no log in ${folder}: names begin with the date and end in .log`);
  if (from > names.length) throw new Error(`there is no log ${from} in ${folder}: it has ${names.length}`);
  const cast = new Cast();
  const scripts = names
    .slice(from - 1, only === null ? names.length : from - 1 + only)
    .map((name) => writeScript(parseLog(readFileSync(join(folder, name)), name), name.replace(/\.\w+$/, ''), cast));
  return { cast, scripts: scripts.filter(({ steps }) => steps.some(({ kind }) => kind === 'say')) };
}
