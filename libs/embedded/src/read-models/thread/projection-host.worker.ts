import type { Projector, ProjectorHost, ProjectorModule } from '@parley/ports';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { openLogReader } from '../../log/event-log.js';
import { SqliteDeliveryReader } from '../delivery/delivery-reader.js';
import { releaseStartupMemory } from '../../release-startup-memory.js';
import { ReadFiles } from '../reading/read-files.js';
import { packBatch } from './batch-post.js';
import { Credit } from './credit.js';
import type { ProjectionThreadStart, ThreadCall, ThreadCalls, ThreadMessage } from './messages.js';
import { StoreOpener } from './store-opener.js';

/**
 * The projecting thread: reads the log, takes each batch through all projections and then hands what changed to the main
 * thread, in one message.
 */
const start = workerData as ProjectionThreadStart;
const port = parentPort;
if (port === null) throw new Error('this file runs as a worker thread');

const tell = (message: ThreadMessage): void => port.postMessage(message);
const folder = join(start.dataDir, 'read');
const { projector: module } = (await import(start.projector)) as { projector: ProjectorModule };
const log = openLogReader(start.dataDir, start.signal);
const opener = new StoreOpener(folder, Date.now);
const files = new ReadFiles(folder, () => Number.MAX_SAFE_INTEGER);
const credit = new Credit(start.credit);

const host: ProjectorHost = {
  log,
  openStore: (projection) => opener.open(projection),
  reader: new SqliteDeliveryReader(files),
  publisher: {
    async publish(batch) {
      await credit.send();
      tell({ type: 'batch', batch: packBatch(batch) });
    },
  },
  onApplied: (position) => tell({ type: 'applied', position }),
  onStatus: (status) => tell({ type: 'status', status }),
};
const projector: Projector = await module.startProjector(host, start.only);

const calls: ThreadCalls = {
  status: () => projector.status(),
  retryParked: (name, position) => projector.retryParked(name, position),
  saveCheckpoint: (name) => projector.saveCheckpoint(name),
  async switchGeneration(name, generation) {
    const version = module.projections.find((projection) => projection.name === name)?.version ?? 0;
    opener.prepareSwitch(name, generation);
    try {
      await projector.switchStore(name, () => {
        opener.commitSwitch(name, version);
        files.reopen();
        tell({ type: 'switched', name });
      });
    } finally {
      opener.cancelSwitch(name);
    }
  },
  async stop() {
    await projector.stop();
    files.close();
    log.close();
  },
};

async function answer({ id, method, values }: ThreadCall): Promise<void> {
  const call = calls[method] as (...given: readonly (string | number)[]) => unknown;
  try {
    tell({ type: 'answer', id, value: await call(...values) });
  } catch (error) {
    tell({ type: 'answer', id, error: error instanceof Error ? error.message : String(error) });
  }
  if (method === 'stop') port?.close();
}
port.on('message', (call: ThreadCall) => void answer(call));

tell({ type: 'ready', position: projector.safePosition() });
await projector.caughtUp();
tell({ type: 'caught-up' });
releaseStartupMemory();
