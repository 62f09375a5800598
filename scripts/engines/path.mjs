import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where the program is found on PATH, or undefined. */
export function onPath(program) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((path) => path !== '');
  return folders.map((path) => join(path, program)).find((path) => existsSync(path));
}
