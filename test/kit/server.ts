import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metricsOf, type Settings, startProcess } from './server-process.js';
import type { ServerOptions, TestServer } from './test-server.js';

export type { ServerOptions, TestServer } from './test-server.js';

/** What makes tests fast and free of the limits they do not test. */
const testSettings: Settings = {
  PARLEY_PORT: '0',
  PARLEY_LOG_LEVEL: 'error',
  PARLEY_PASSWORD_COST: '10',
  PARLEY_REQUESTS_PER_MINUTE_USER: '1000000',
  PARLEY_REQUESTS_PER_MINUTE_ADDRESS: '10000000',
  PARLEY_CREDENTIALS_PER_MINUTE: '1000000',
};

/**
 * Starts the embedded default, or, when PARLEY_TEST_PROFILE is `cluster`, a cluster on the engines that the environment
 * names. Ready when it resolves. @throws Error with what was written to standard error when it ends before
 */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  if (process.env['PARLEY_TEST_PROFILE'] !== 'cluster') return startEmbedded(options);
  const { startClusterServer } = await import('./cluster/cluster-server.js');
  return startClusterServer({ ...options, environment: { ...testSettings, ...options.environment } });
}

/** The embedded default: one process, one folder. */
export async function startEmbedded(options: ServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'parley-test-'));
  const settings = { ...testSettings, PARLEY_DATA_DIR: dataDir, ...options.environment };
  const server = await startProcess({ settings });
  const { url, pid } = server;
  return {
    url,
    socketUrl: `${url.replace(/^http/, 'ws')}/v1/socket`,
    dataDir,
    settings,
    metrics: async () => ({ all: await metricsOf(url) }),
    pid,
    errorOutput: () => server.errorOutput(),
    stop: () => server.stop(),
    kill: () => server.kill(),
    restart: (environment) =>
      startEmbedded({
        dataDir,
        environment: { ...options.environment, PARLEY_PORT: new URL(url).port, ...environment },
      }),
    async dispose() {
      await server.kill();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
