import { join } from 'node:path';
import { openEventLog, SqliteAccountStore, startEmbeddedProjections } from '@parley/embedded';
import type { Logger, ParleyConfig } from '@parley/platform';
import { projectorModule } from '@parley/projector';
import type { Coordination } from './coordination.js';
import type { Engines } from './engines.js';

/** Log, read models and accounts on files of one folder, in this process and threads of it. */
export async function openEmbeddedEngines(
  { dataDir }: Pick<ParleyConfig, 'dataDir'>,
  coordination: Coordination,
  logger: Logger,
): Promise<Engines> {
  const log = await openEventLog(dataDir);
  const projections = await startEmbeddedProjections({ dataDir, projector: projectorModule, signal: log.signal, log });
  projections.onError((error) => logger.error({ err: error }, 'projecting or delivering failed; it goes on'));
  const accounts = new SqliteAccountStore(join(dataDir, 'accounts.db'));
  return {
    ...coordination,
    logReader: log,
    logWriter: log,
    snapshots: log.snapshots,
    readModels: projections.readModels,
    projectionAdmin: projections.admin,
    delivery: projections.delivery,
    accounts,
    commands: null,
    async close() {
      await coordination.close();
      await projections.close();
      await accounts.close();
      await log.close();
    },
  };
}
