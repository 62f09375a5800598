import { operationsRoutes } from '@parley/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { metricsReference } from '../kit/reference/metrics.js';
import { call } from '../kit/rest.js';
import { startServer, type TestServer } from '../kit/server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.dispose());

it('docs/reference/metrics.md lists what is measured (npm run reference)', async () => {
  const { text } = await call(server.url, operationsRoutes.metrics);
  await expect(await metricsReference(text)).toMatchFileSnapshot('../../docs/reference/metrics.md');
});

it('labels nothing with people or conversations', async () => {
  const { text } = await call(server.url, operationsRoutes.metrics);
  expect(text).not.toMatch(/"(?:usr|cnv|dev|ses|msg)_/);
});
