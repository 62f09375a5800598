import { join } from 'node:path';
import {
  createDeviceRegistry,
  createPresenceStore,
  createRevocationBus,
  createSignalBus,
  openEventLog,
  SqliteAccountStore,
  startEmbeddedProjections,
} from '@parley/embedded';
import { type Clock, createRateLimiter, type Logger, type ParleyConfig } from '@parley/platform';
import { projectorModule } from '@parley/projector';
import type { Engines } from './engines.js';

/** Every port on files of one folder, in this process and threads of it. */
export async function openEmbeddedEngines(config: ParleyConfig, clock: Clock, logger: Logger): Promise<Engines> {
  const { dataDir } = config;
  const log = await openEventLog(dataDir);
  const projections = await startEmbeddedProjections({ dataDir, projector: projectorModule, signal: log.signal, log });
  projections.onError((error) => logger.error({ err: error }, 'projecting or delivering failed; it goes on'));
  const accounts = new SqliteAccountStore(join(dataDir, 'accounts.db'));
  const presence = createPresenceStore({ clock });
  return {
    logReader: log,
    logWriter: log,
    snapshots: log.snapshots,
    readModels: projections.readModels,
    projectionAdmin: projections.admin,
    delivery: projections.delivery,
    accounts,
    presence,
    signals: createSignalBus(),
    revocations: createRevocationBus(),
    devices: createDeviceRegistry(),
    commands: null,
    directory: null,
    rateLimiter: (_name, options) => createRateLimiter(options),
    async close() {
      presence.close();
      await projections.close();
      await accounts.close();
      await log.close();
    },
  };
}
