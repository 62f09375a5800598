import { openPeopleDirectory } from '@parley/embedded';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peopleContract } from './people.contract.js';

peopleContract('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-people-'));
  const { store, reader, close } = openPeopleDirectory(folder, () => 0);
  return {
    reader,
    take: (operation) => store.applyParked(operation.position, [operation]),
    close: async () => {
      await close();
      rmSync(folder, { recursive: true });
    },
  };
});
