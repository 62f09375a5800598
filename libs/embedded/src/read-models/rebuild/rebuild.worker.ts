import type { ProjectorModule } from '@parley/ports';
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { openLogReader } from '../../log/event-log.js';
import type { RebuildMessage, RebuildThreadStart } from '../thread/messages.js';
import { rebuildProjection } from './rebuild-projection.js';

/** The thread that builds one projection from zero. */
const start = workerData as RebuildThreadStart;
const port = parentPort;
if (port === null) throw new Error('this file runs as a worker thread');

const tell = (message: RebuildMessage): void => port.postMessage(message);
const log = openLogReader(start.dataDir, start.signal);

try {
  const { projector } = (await import(start.projector)) as { projector: ProjectorModule };
  const report = await rebuildProjection(
    { ...start, module: projector, log },
    {
      onProgress: (done, total) => tell({ type: 'progress', done, total }),
      async reached(position) {
        tell({ type: 'built', position });
        await once(port, 'message');
      },
    },
  );
  tell({ type: 'compared', report });
} catch (error) {
  tell({ type: 'failed', error: error instanceof Error ? error.message : String(error) });
} finally {
  log.close();
  port.close();
}
