import { afterEach, describe, expect, it } from 'vitest';
import { parley } from '../../kit/operator.js';
import { startEmbedded, type TestServer } from '../../kit/server.js';

describe('the data folder', () => {
  let server: TestServer | null = null;
  afterEach(async () => {
    await server?.dispose();
  });

  it('is refused to a second server, which says so', async () => {
    server = await startEmbedded();
    const second = await parley(server.settings, 'serve', '--port=0');
    expect(second.code).toBe(1);
    expect(second.err).toMatch(/another process/i);
    expect(second.err).not.toMatch(/^\s+at /m);
  });
});
