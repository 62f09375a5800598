import { defineConfig } from 'vitest/config';

/**
 * Unit tests read the sources of every package: no build is needed to run one of them. Packages of others are found as
 * Node finds them: what their condition `module` names is often for bundlers only.
 */
const sources = { ssr: { resolve: { conditions: ['@parley/source', 'node'] } } };

/**
 * Integration and e2e tests read the built packages, because worker threads and child processes are started by the
 * path of a file in dist. `npm test` builds first; after `vitest` by hand, build by hand.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/kit/summary-reporter.ts'],
    coverage: { provider: 'v8', include: ['libs/*/src/**/*.ts', 'apps/*/src/**/*.ts'], exclude: ['**/*.spec.ts'] },
    projects: [
      {
        ...sources,
        test: {
          name: 'unit',
          include: [
            'libs/*/src/**/*.spec.ts',
            'apps/*/src/**/*.spec.ts',
            'test/{kit,bench,capacity,demo,outages,faults,mutants}/**/*.spec.ts',
          ],
          testTimeout: 10_000,
          hookTimeout: 10_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/{contract,simulation}/**/*.spec.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.spec.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          teardownTimeout: 20_000,
        },
      },
      {
        // The same, on a cluster: the engines must run (npm run engines:up), one file at a time.
        test: {
          name: 'e2e-cluster',
          include: ['test/e2e/*.spec.ts'],
          env: { PARLEY_TEST_PROFILE: 'cluster' },
          testTimeout: 180_000,
          hookTimeout: 180_000,
          teardownTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        // On real engines: they must run (npm run engines:up), one file at a time.
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.spec.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          teardownTimeout: 30_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
