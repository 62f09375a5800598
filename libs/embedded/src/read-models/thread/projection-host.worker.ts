import type { ProjectorModule } from '@parley/ports';
import { parentPort, workerData } from 'node:worker_threads';
import { openLogReader } from '../../log/event-log.js';
import { releaseStartupMemory } from '../../release-startup-memory.js';
import { Credit } from './credit.js';
import type { ProjectionThreadStart, ThreadCall } from './messages.js';
import { startProjectionHost } from './projection-host.js';

/** The projecting thread. */
const start = workerData as ProjectionThreadStart;
const port = parentPort;
if (port === null) throw new Error('this file runs as a worker thread');

const { projector: module } = (await import(start.projector)) as { projector: ProjectorModule };
const log = openLogReader(start.dataDir, start.signal);
const credit = new Credit(start.credit);

const answer = await startProjectionHost({
  dataDir: start.dataDir,
  module,
  log,
  only: start.only,
  credit: () => credit.send(),
  tell(message) {
    port.postMessage(message);
    if (message.type === 'caught-up') releaseStartupMemory();
  },
});
const take = async (call: ThreadCall): Promise<void> => {
  await answer(call);
  if (call.method !== 'stop') return;
  log.close();
  port.close();
};
port.on('message', (call: ThreadCall) => void take(call));
