import {
  type DeliveryBatch,
  type DeliverySubscriber,
  type EventLogReader,
  type ProjectionAdmin,
  type ProjectionName,
  projectionNames,
  type ProjectorModule,
  type ReadModels,
} from '@parley/ports';
import { join } from 'node:path';
import type { HeadSignal } from '../log/head-signal.js';
import { SqliteSearchReader } from '../search/search-reader.js';
import { type AdminOptions, EmbeddedProjectionAdmin } from './admin/projection-admin.js';
import { passOn } from './delivery/pass-on.js';
import { SqliteHistoryReader } from './history/history-reader.js';
import { SqliteInboxReader } from './inbox/inbox-reader.js';
import { SqliteMembershipReader } from './membership/membership-reader.js';
import { SqlitePeopleReader } from './people/people-reader.js';
import { ReadFiles } from './reading/read-files.js';
import { SafePositions } from './reading/safe-positions.js';
import { rebuildProjection } from './rebuild/rebuild-projection.js';
import { RebuildThread } from './rebuild/rebuild-thread.js';
import { unpackBatch } from './thread/batch-post.js';
import type { ThreadMessage } from './thread/messages.js';
import type { ProjectionRunner, ThreadEvents } from './thread/projection-runner.js';
import { ProjectionThread } from './thread/projection-thread.js';
import { ProjectionsHere } from './thread/projections-here.js';
import { SqliteWatermarkReader } from './watermarks/watermark-reader.js';

export interface EmbeddedProjectionsOptions {
  /** Where the log lies; the projections get a folder `read` in it. */
  readonly dataDir: string;
  /**
   * The module that exports `projector`, for a thread of its own: apps/projector's `projectorModule`. Or the projector
   * itself: it then runs in this thread, which is for simulations.
   */
  readonly projector: string | URL | ProjectorModule;
  /** Of the log's writer in this process; null: looks for news every few milliseconds. */
  readonly signal: HeadSignal | null;
  readonly log: EventLogReader;
  /** Of these; default: all. The others lie elsewhere: their readers here are not to be used. */
  readonly only?: readonly ProjectionName[];
  /** What message search asks when membership and history lie elsewhere. */
  readonly searchedBy?: Pick<ReadModels, 'history' | 'membership'>;
}

export interface EmbeddedProjections {
  readonly readModels: ReadModels;
  readonly admin: ProjectionAdmin;
  readonly delivery: DeliverySubscriber;
  /** Resolves when the end of the log has been reached for the first time. */
  readonly caughtUp: Promise<void>;
  /**
   * The thread that projects died, and is being started again; or a subscriber of deliveries threw, and has lost that
   * batch. Returns a function that ends the subscription.
   */
  onError(listener: (error: Error) => void): () => void;
  /** Ends the projecting thread as a crash would, at once; it starts again by itself. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the projecting thread over a folder's log and opens the readers of this thread. Resolves when reads can be
 * answered, which may be from a state of the past: see `caughtUp`.
 */
export async function startEmbeddedProjections(options: EmbeddedProjectionsOptions): Promise<EmbeddedProjections> {
  const positions = new SafePositions();
  const files = new ReadFiles(join(options.dataDir, 'read'), () => positions.safePosition());
  const listeners = new Set<(batch: DeliveryBatch) => void>();
  const errorListeners = new Set<(error: Error) => void>();
  const ready = Promise.withResolvers<void>();
  const caughtUp = Promise.withResolvers<void>();

  const tellError = (error: Error): void => {
    for (const listener of errorListeners) listener(error);
  };
  const deliver = (batch: DeliveryBatch): void => {
    // A thread that was started again may have to go over a stretch it had projected before.
    if (batch.position <= positions.safePosition()) return;
    positions.advance(batch.position);
    for (const listener of listeners) passOn(batch, listener, tellError);
  };
  const onMessage = (message: ThreadMessage): void => {
    switch (message.type) {
      case 'ready':
        // What was projected before the thread was here, or was killed, has no deliveries: a gap on purpose.
        files.reopen();
        deliver({ position: message.position, previous: message.position, deliveries: [] });
        ready.resolve();
        break;
      case 'caught-up':
        caughtUp.resolve();
        break;
      case 'batch':
        deliver(unpackBatch(message.batch));
        break;
      case 'applied':
        positions.applied(message.position);
        break;
      case 'status':
        files.setFailed(new Set(message.status.filter((lane) => lane.state === 'failed').map((lane) => lane.name)));
        break;
      case 'switched':
        files.reopen();
        break;
      case 'answer': // taken by the thread itself
        break;
      default:
        throw new TypeError(`no rule for ${JSON.stringify(message satisfies never)}`);
    }
  };
  const { run, build } = placeOf(options);
  const thread = run({ onMessage, onDeath: tellError });
  await ready.promise;
  const history = new SqliteHistoryReader(files);
  const membership = new SqliteMembershipReader(files);
  const search = new SqliteSearchReader({
    file: () => files.path('search'),
    ...(options.searchedBy ?? { membership, history }),
  });
  return {
    readModels: {
      history,
      inbox: new SqliteInboxReader(files),
      membership,
      watermarks: new SqliteWatermarkReader(files),
      people: new SqlitePeopleReader(files),
      search,
      positions,
    },
    admin: new EmbeddedProjectionAdmin({ dataDir: options.dataDir, log: options.log, build }, thread),
    delivery: {
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    caughtUp: caughtUp.promise,
    onError(listener) {
      errorListeners.add(listener);
      return () => errorListeners.delete(listener);
    },
    crash: () => thread.kill(),
    async close() {
      await search.close();
      await thread.stop();
      files.close();
    },
  };
}

/** Where projections run and are built anew: in threads of their own, or here. */
function placeOf({ dataDir, projector, signal, log, only = projectionNames }: EmbeddedProjectionsOptions): {
  readonly run: (events: ThreadEvents) => ProjectionRunner;
  readonly build: AdminOptions['build'];
} {
  if (typeof projector === 'object' && 'startProjector' in projector) {
    const options = { dataDir, module: projector, log };
    return {
      run: (events) => new ProjectionsHere({ ...options, only }, events),
      build: (name, generation, steps) => rebuildProjection({ ...options, name, generation }, steps),
    };
  }
  const start = { dataDir, projector: String(projector), signal };
  return {
    run: (events) => new ProjectionThread({ ...start, only }, events),
    build: (name, generation, steps) => new RebuildThread({ ...start, name, generation }).run(steps),
  };
}
