import type { EventLogReader, ProjectionName, Projector, ProjectorHost, ProjectorModule } from '@parley/ports';
import { join } from 'node:path';
import { SqliteDeliveryReader } from '../delivery/delivery-reader.js';
import { ReadFiles } from '../reading/read-files.js';
import { packBatch } from './batch-post.js';
import type { ThreadCall, ThreadCalls, ThreadMessage } from './messages.js';
import { StoreOpener } from './store-opener.js';

export interface ProjectionHostOptions {
  readonly dataDir: string;
  readonly module: ProjectorModule;
  readonly log: EventLogReader;
  readonly only: readonly ProjectionName[];
  /** Resolves when another batch may be told. */
  readonly credit: () => Promise<void>;
  readonly tell: (message: ThreadMessage) => void;
}

/**
 * The work of the projecting thread: reads the log, takes each batch through all projections and then hands what changed
 * over, in one message. Resolves when readers may begin; the answers to calls are messages too.
 */
export async function startProjectionHost(
  options: ProjectionHostOptions,
): Promise<(call: ThreadCall) => Promise<void>> {
  const { module, log, only, tell } = options;
  const folder = join(options.dataDir, 'read');
  const opener = new StoreOpener(folder, () => Date.now());
  const files = new ReadFiles(folder, () => Number.MAX_SAFE_INTEGER);
  const host: ProjectorHost = {
    log,
    openStore: (projection) => opener.open(projection),
    reader: new SqliteDeliveryReader(files),
    publisher: {
      async publish(batch) {
        await options.credit();
        tell({ type: 'batch', batch: packBatch(batch) });
      },
    },
    onApplied: (position) => tell({ type: 'applied', position }),
    onStatus: (status) => tell({ type: 'status', status }),
  };
  const projector = await module.startProjector(host, only);
  const calls = callsOn(projector, module, { opener, files, tell });
  tell({ type: 'ready', position: projector.safePosition() });
  void projector.caughtUp().then(() => tell({ type: 'caught-up' }));
  return async ({ id, method, values }) => {
    const call = calls[method] as (...given: readonly (string | number)[]) => unknown;
    try {
      tell({ type: 'answer', id, value: await call(...values) });
    } catch (error) {
      tell({ type: 'answer', id, error: error instanceof Error ? error.message : String(error) });
    }
  };
}

interface HostParts {
  readonly opener: StoreOpener;
  readonly files: ReadFiles;
  readonly tell: (message: ThreadMessage) => void;
}

function callsOn(projector: Projector, module: ProjectorModule, { opener, files, tell }: HostParts): ThreadCalls {
  return {
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
    },
  };
}
