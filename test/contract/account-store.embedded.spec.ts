import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteAccountStore } from '@parley/embedded';
import { afterAll, expect, it } from 'vitest';
import { accountStoreContract } from './account-store.contract.js';

const folders: string[] = [];
const place = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-accounts-'));
  folders.push(folder);
  return join(folder, 'accounts.db');
};
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

accountStoreContract('SQLite', { place, open: async (path) => new SqliteAccountStore(path) });

it('never has two or no valid refresh tokens after a kill -9 in the midst of rotations', async () => {
  const path = await place();
  const child = new URL('./account-store-child.ts', import.meta.url);
  for (let round = 0; round < 3; round++) {
    const running = fork(child, [path], { execArgv: ['--disable-warning=ExperimentalWarning'] });
    let confirmed = -1;
    running.on('message', (rotated: number) => {
      confirmed = rotated;
      if (rotated >= 20 + round * 7) running.kill('SIGKILL');
    });
    await once(running, 'exit');
    const store = new SqliteAccountStore(path);
    const session = await store.findSession('usr_ann', 'dev_phone');
    const at = Number(session?.tokenHash);
    // The answer of the last one may have been lost, but none that was answered.
    expect(at).toBeGreaterThanOrEqual(confirmed);
    const rotation = { now: 2_000, expiresAt: 20_000 };
    expect((await store.rotate({ tokenHash: String(at), nextTokenHash: 'next', ...rotation })).outcome).toBe('rotated');
    const [before] = [await store.rotate({ tokenHash: String(at - 1), nextTokenHash: 'x', ...rotation })];
    expect(before.outcome).toBe('reused');
    await store.close();
  }
});
