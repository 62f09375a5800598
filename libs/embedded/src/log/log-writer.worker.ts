import type { AppendRequest } from '@parley/ports';
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { failedAnswers, packAnswers, unpackAppends, type AnswerBatch, type AppendBatch } from './append-batch.js';
import { EventWriter } from './event-writer.js';
import { raise, type HeadSignal } from './head-signal.js';
import { HighWaterMark } from './high-water-mark.js';
import { EventLogUnusable, openForWriting } from './log-file.js';
import { post } from './post.js';
import { releaseStartupMemory } from '../release-startup-memory.js';
import { WriteAheadLog } from './write-ahead-log.js';

/** From the main thread. */
export type WriterMessage = AppendBatch | 'close';
/** To the main thread; `ready` or `unusable` first, `closed` last. */
export type WriterAnswer = AnswerBatch | 'ready' | { readonly unusable: string } | 'closed';
export interface WriterStart {
  readonly folder: string;
  readonly signal: HeadSignal;
  /** To the keeper's thread: 'checkpoint' there, 'checkpointed' back. */
  readonly keeper: MessagePort;
}

/** Appends of one transaction end here, so that the first of many does not wait for the last. */
const groupEvents = 1_024;
const groupBytes = 8 * 1_048_576;
/** Quiet milliseconds before the indexes are completed. */
const quiet = 1_000;

const { folder, signal, keeper } = workerData as WriterStart;
const main = parentPort as MessagePort;

let db: DatabaseSync | null = null;
let writer: EventWriter | null = null;
let wal: WriteAheadLog | null = null;
let mark: HighWaterMark | null = null;

function usableWriter(): EventWriter {
  if (db === null) {
    db = openForWriting(folder);
    wal = new WriteAheadLog(db, folder, () => post(keeper, 'checkpoint'));
  }
  if (writer === null) {
    writer = new EventWriter(db);
    mark ??= new HighWaterMark(folder);
    mark.write(writer.mark);
  }
  return writer;
}

/** After an error: nothing in memory is trusted, and if not even the rollback works, nor is the connection. */
function distrust(): void {
  try {
    if (db?.isTransaction === true) db.exec('ROLLBACK');
    if (writer === null) throw new Error('no writer could be made on this connection');
  } catch {
    closeQuietly();
  }
  writer = null;
}

function closeQuietly(): void {
  try {
    db?.close();
  } catch {
    // The lock is another file's; the next connection recovers the write-ahead log.
  }
  db = null;
}

/** Natural group commit: everything that arrived while the last commit was on its way to the disk is the next one. */
function onMessage(first: WriterMessage): void {
  const requests: AppendRequest[] = [];
  let closing = false;
  for (let message: WriterMessage | undefined = first; message !== undefined; message = nextMessage()) {
    if (message === 'close') closing = true;
    else for (const request of unpackAppends(message)) requests.push(request);
  }
  for (let start = 0; start < requests.length;) {
    const end = groupEnd(requests, start);
    commit(requests.slice(start, end));
    start = end;
  }
  if (closing) close();
  else quietTimer.refresh();
}

const nextMessage = (): WriterMessage | undefined => receiveMessageOnPort(main)?.message as WriterMessage | undefined;

function groupEnd(requests: readonly AppendRequest[], start: number): number {
  let events = 0;
  let units = 0;
  let end = start;
  while (end < requests.length && events < groupEvents && units < groupBytes) {
    const request = requests[end++] as AppendRequest;
    events += request.events.length;
    for (const event of request.events) units += event.data.length + event.metadata.length;
  }
  return end;
}

function commit(requests: readonly AppendRequest[]): void {
  try {
    const current = usableWriter();
    const before = current.position;
    const answers = packAnswers(current.appendAll(requests));
    if (current.position > before) attempt(() => mark?.write(current.mark));
    post(main, answers satisfies WriterAnswer);
    if (current.position > before) raise(signal);
  } catch (error) {
    distrust();
    post(main, failedAnswers(requests.length, (error as Error).message) satisfies WriterAnswer);
    return;
  }
  attempt(() => wal?.committed(requests.length));
}

/** For work that may fail without harm to any append: the next commit meets the same trouble and reports it. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    distrust();
  }
}

function tidy(): void {
  attempt(() => {
    if (writer?.tidy() === true) setImmediate(tidy);
    else mark?.sync();
  });
}

function layOut(): void {
  if (wal?.layOut() === true) setImmediate(layOut);
}

function close(): void {
  clearTimeout(quietTimer);
  main.removeAllListeners('message');
  keeper.close();
  closeQuietly();
  attempt(() => mark?.close());
  post(main, 'closed' satisfies WriterAnswer);
  main.close();
}

const quietTimer = setTimeout(tidy, quiet);
try {
  usableWriter();
  keeper.on('message', () => attempt(() => wal?.checkpointed()));
  main.on('message', onMessage);
  post(main, 'ready' satisfies WriterAnswer);
  setImmediate(layOut);
  releaseStartupMemory();
} catch (error) {
  clearTimeout(quietTimer);
  keeper.close();
  closeQuietly();
  const why = error instanceof EventLogUnusable ? error.message : `the event log in ${folder}: ${String(error)}`;
  post(main, { unusable: why } satisfies WriterAnswer);
}
