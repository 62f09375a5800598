import { openEventLog, startEmbeddedProjections } from '@parley/embedded';
import { projectorModule } from '@parley/projector';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModelsContract } from './read-models.contract.js';

readModelsContract('embedded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-read-'));
  const log = await openEventLog(folder);
  const options = { dataDir: folder, projector: projectorModule, signal: log.signal, log };
  const projections = await startEmbeddedProjections(options);
  await projections.caughtUp;
  return {
    log,
    ...projections,
    close: async () => {
      await projections.close();
      await log.close();
      rmSync(folder, { recursive: true });
    },
  };
});
