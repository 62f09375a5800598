import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { EventLogDamaged, EventLogUnusable, openLogReader, openReadModels } from '@parley/embedded';
import type { ParleyConfig } from '@parley/platform';
import { findServer } from '../../composition/data-folder.js';
import { type Finding, good, warning, wrong } from './finding.js';

/** Events that projections may be behind without a word. */
const lagWithoutWord = 10_000;
const aheadMs = 60_000;

/** Of the embedded log. @param now ms since 1970 UTC */
export async function eventLog({ dataDir }: Pick<ParleyConfig, 'dataDir'>, now: number): Promise<readonly Finding[]> {
  if (!existsSync(join(dataDir, 'log.db'))) return [good('event log', 'none yet: it is made at the first start')];
  try {
    const log = openLogReader(dataDir);
    try {
      const { lastPosition, lastTime } = await log.info();
      const isAhead = lastTime !== null && lastTime - now > aheadMs;
      const clock = isAhead
        ? [
            warning(
              'clock',
              `the last event is ${Math.round((lastTime - now) / 1_000)} s in the future`,
              'Set it by NTP.',
            ),
          ]
        : [good('clock', new Date(now).toISOString())];
      return [good('event log', `ends at position ${lastPosition}`), ...clock, await readModels(dataDir, lastPosition)];
    } finally {
      log.close();
    }
  } catch (error) {
    if (!(error instanceof EventLogUnusable || error instanceof EventLogDamaged)) throw error;
    return [wrong('event log', error.message, 'Restore a backup: docs/operations/backup.md.')];
  }
}

async function readModels(dataDir: string, lastPosition: number): Promise<Finding> {
  const about = 'projections';
  try {
    const rows = openReadModels(dataDir);
    try {
      const position = await rows.projectedTo();
      const told = `at position ${position} of ${lastPosition}, or further`;
      const mend = 'They catch up while the server runs; "parley projections" shows how far each is.';
      return lastPosition - position > lagWithoutWord ? warning(about, told, mend) : good(about, told);
    } finally {
      rows.close();
    }
  } catch (error) {
    if (!(error instanceof EventLogUnusable)) throw error;
    return good(about, 'none yet: they are built at the next start');
  }
}

/** Does a server run on the folder, or could one? */
export async function server({
  dataDir,
  host,
  port,
}: Pick<ParleyConfig, 'dataDir' | 'host' | 'port'>): Promise<Finding> {
  const running = await findServer(dataDir);
  if (running !== null) return good('server', `runs at ${running.url}`);
  const refusal = port === 0 ? null : await listen(host, port);
  return refusal === null
    ? good('server', `does not run; ${host}:${port} is free`)
    : wrong('server', `cannot listen on ${host}:${port}: ${refusal}`, 'End what uses it, or name another PARLEY_PORT.');
}

/** Why one cannot; null: one can. */
function listen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const trial = createServer();
    trial.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    trial.listen(port, host, () => trial.close(() => resolve(null)));
  });
}
