import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What `npm run stryker` runs for each change of the pure code: its own specs, on the sources of its copy. */
export default defineConfig({
  resolve: { alias: { '@parley/events': fileURLToPath(new URL('libs/events/src/index.ts', import.meta.url)) } },
  test: { include: ['libs/{domain,events}/src/**/*.spec.ts'] },
});
