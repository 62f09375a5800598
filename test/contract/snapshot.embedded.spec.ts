import { openEventLog } from '@parley/embedded';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { snapshotContract } from './snapshot.contract.js';

const open = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-snapshots-'));
  const log = await openEventLog(folder);
  const close = async (): Promise<void> => {
    await log.close();
    rmSync(folder, { recursive: true });
  };
  return { folder, snapshots: log.snapshots, close };
};

snapshotContract('embedded', open);

it('keeps what was saved before closing, and starts over from a damaged file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-snapshots-'));
  let log = await openEventLog(folder);
  log.snapshots.save('s', 1, 1, 'kept');
  await log.close();
  log = await openEventLog(folder);
  expect(await log.snapshots.load('s', 1)).toEqual({ revision: 1, state: 'kept' });
  await log.close();
  writeFileSync(join(folder, 'snapshots.db'), 'no database at all'.repeat(1_000));
  log = await openEventLog(folder);
  expect(await log.snapshots.load('s', 1)).toBeNull();
  await log.close();
  rmSync(folder, { recursive: true });
});
