/**
 * What a projecting thread imports: the built file, from sources too, because threads load no TypeScript that imports
 * more TypeScript.
 */
export const projectorModule: URL = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/projector.worker.js' : './projector.worker.js',
  import.meta.url,
);
