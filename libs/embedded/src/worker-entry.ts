/**
 * The file that a worker thread runs, beside the module that starts it: `workerEntry(import.meta.url,
 * './projection.worker.js')`. From sources (vitest's unit project) it is the built file in dist: worker threads load
 * no TypeScript that imports more TypeScript. `npm test` builds first.
 */
export function workerEntry(moduleUrl: string, file: `./${string}.worker.js`): URL {
  const source = moduleUrl.lastIndexOf('/src/');
  const fromSources = moduleUrl.endsWith('.ts') && source >= 0;
  return new URL(file, fromSources ? `${moduleUrl.slice(0, source)}/dist/${moduleUrl.slice(source + 5)}` : moduleUrl);
}
