import type { EventLogReader, EventLogWriter, SnapshotStore } from '@parley/ports';
import { once } from 'node:events';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { lockFolder } from './folder-lock.js';
import { newHeadSignal, type HeadSignal } from './head-signal.js';
import { EventLogUnusable } from './log-file.js';
import type { KeeperMessage, KeeperStart } from './log-keeper.worker.js';
import { LogReader, type CountedLog } from './log-reader.js';
import type { WriterAnswer, WriterStart } from './log-writer.worker.js';
import { post } from './post.js';
import { KeptSnapshots } from './snapshots.js';
import { ThreadedWriter, type QueueLimits } from './threaded-writer.js';
import { workerEntry } from '../worker-entry.js';

export interface EventLogOptions {
  /** What may wait for its commit; more is refused with EventLogUnavailable. Default 65,536 appends, 256 MiB. */
  readonly queue?: Partial<QueueLimits>;
}

/** The log of one folder: the only writer, a reader for the thread that opened it, and the snapshots beside it. */
export interface EmbeddedEventLog extends EventLogWriter, EventLogReader {
  info(): Promise<CountedLog>;
  readonly snapshots: SnapshotStore;
  /** For `openLogReader` in other threads (by workerData): wakes their subscriptions within microseconds. */
  readonly signal: HeadSignal;
  /** Appends that wait for their commit. */
  readonly queueDepth: number;
  /** Ends subscriptions, finishes every accepted append, then ends the threads and lets go of the folder. */
  close(): Promise<void>;
}

/** A reader that can be closed, and that can count. */
export interface EmbeddedLogReader extends EventLogReader {
  info(): Promise<CountedLog>;
  close(): void;
}

/**
 * Opens the log in this folder, or starts one.
 * @throws EventLogUnusable when another process has it, when it is damaged, or written by a newer build.
 */
export async function openEventLog(folder: string, options: EventLogOptions = {}): Promise<EmbeddedEventLog> {
  const lock = lockFolder(folder);
  const signal = newHeadSignal();
  const { port1, port2 } = new MessageChannel();
  const keeper = startThread('log-keeper', { folder, writer: port2 } satisfies KeeperStart, port2);
  const worker = startThread('log-writer', { folder, signal, keeper: port1 } satisfies WriterStart, port1);
  const endKeeper = async (): Promise<void> => {
    const ended = once(keeper, 'exit');
    post(keeper, 'close' satisfies KeeperMessage);
    await ended;
  };
  try {
    await ready(worker);
  } catch (error) {
    await endKeeper();
    lock.release();
    throw error;
  }
  const writer = new ThreadedWriter(worker, { appends: 65_536, bytes: 256 * 1_048_576, ...options.queue });
  const reader = new LogReader(folder, signal);
  const snapshots = new KeptSnapshots(folder, keeper);
  return {
    append: (request) => writer.append(request),
    readStream: (stream, read) => reader.readStream(stream, read),
    readAll: (read) => reader.readAll(read),
    findEvent: (eventId, stream) => reader.findEvent(eventId, stream),
    streamInfo: (stream) => reader.streamInfo(stream),
    info: () => reader.info(),
    subscribe: (subscribe) => reader.subscribe(subscribe),
    snapshots,
    signal,
    get queueDepth() {
      return writer.depth;
    },
    async close() {
      reader.close();
      await writer.close();
      snapshots.flush();
      snapshots.close();
      await endKeeper();
      lock.release();
    },
  };
}

/** Reads the folder's log in any thread. Without the signal of its writer (another process) news takes up to 20 ms. */
export const openLogReader = (folder: string, signal: HeadSignal | null = null): EmbeddedLogReader =>
  new LogReader(folder, signal);

function startThread(name: string, workerData: object, port: MessagePort): Worker {
  const file = workerEntry(import.meta.url, `./${name}.worker.js`);
  return new Worker(file, { name, workerData, transferList: [port] });
}

async function ready(worker: Worker): Promise<void> {
  const [answer] = (await once(worker, 'message')) as [WriterAnswer];
  if (typeof answer === 'object' && 'unusable' in answer) throw new EventLogUnusable(answer.unusable);
}
