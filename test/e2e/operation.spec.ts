import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parley } from '../kit/operator.js';
import { register } from '../kit/people.js';
import { startServer, type TestServer } from '../kit/server.js';
import { TestSocket } from '../kit/socket.js';

describe('a server in operation', () => {
  let server: TestServer | null = null;
  const start = async (environment: Readonly<Record<string, string>> = {}): Promise<TestServer> => {
    server = await startServer({ environment });
    return server;
  };
  afterEach(async () => {
    await server?.dispose();
    server = null;
  });

  it('tells its sockets to come back when it is stopped, and ends clean', async () => {
    const { url, socketUrl, stop } = await start();
    const { token } = await register(url, 'ann');
    const socket = await TestSocket.hello(socketUrl, token);
    const ended = stop();
    const goingAway = await socket.until(() => socket.find('going_away'));
    expect(goingAway.reconnectAfterMs).toBeGreaterThanOrEqual(0);
    expect(await socket.untilClosed()).toMatchObject({ code: 1001 });
    expect(await ended).toBe(0);
  });

  it('lists the projections and rebuilds each while it serves', { timeout: 240_000 }, async () => {
    const { url, settings } = await start();
    await register(url, 'ann');
    const listed = await parley(settings, 'projections');
    expect(listed).toMatchObject({ code: 0, out: expect.stringContaining('history') });
    for (const name of ['history', 'inbox', 'membership', 'watermarks', 'search', 'people']) {
      const rebuilt = await parley(settings, 'projections', 'rebuild', name);
      expect(rebuilt.out).toContain('0 only in the old, 0 only in the new, 0 different');
      expect(rebuilt.out).toContain('Switched to the new one.');
      expect(rebuilt.code).toBe(0);
    }
    const ready = await fetch(`${url}/readyz?verbose`);
    expect(ready.status).toBe(200);
  });

  it('says that its port is taken, and ends', async () => {
    const { url } = await start();
    const folder = mkdtempSync(join(tmpdir(), 'parley-test-'));
    const second = await parley({ PARLEY_DATA_DIR: folder }, 'serve', `--port=${new URL(url).port}`);
    rmSync(folder, { recursive: true });
    expect(second).toMatchObject({ code: 1, err: expect.stringContaining('EADDRINUSE') });
  });

  it('tells all mistakes of its configuration at once', async () => {
    const refused = await parley(
      { PARLEY_DATA_DIR: '' },
      'serve',
      '--port=no',
      '--heartbeat=1',
      '--no-such=1',
      '--tls-cert-file=x',
    );
    expect(refused.code).toBe(2);
    for (const name of ['--port', '--heartbeat', '--no-such', 'PARLEY_DATA_DIR']) expect(refused.err).toContain(name);
  });

  it('has help for everything', async () => {
    const { code, out } = await parley({}, '--help');
    expect(code).toBe(0);
    for (const word of ['projections rebuild', 'token create', 'PARLEY_PORT', '25000 ms']) expect(out).toContain(word);
  });

  it('gives metrics without the names of people or conversations', async () => {
    const { url } = await start();
    const { userId } = await register(url, 'ann');
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain('parley_projection_lag_events{projection="history"}');
    expect(text).not.toContain(userId);
  });
});
