import { afterAll, beforeAll, expect, it } from 'vitest';
import { metricsReference } from '../kit/reference/metrics.js';
import { startServer, type TestServer } from '../kit/server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.dispose());

it('docs/reference lists what is measured (npm run reference)', async () => {
  const metrics = await server.metrics();
  const page = Object.keys(metrics).length > 1 ? 'metrics-cluster.md' : 'metrics.md';
  await expect(await metricsReference(metrics)).toMatchFileSnapshot(`../../docs/reference/${page}`);
});

it('labels nothing with people or conversations', async () => {
  for (const text of Object.values(await server.metrics())) expect(text).not.toMatch(/"(?:usr|cnv|dev|ses|msg)_/);
});
