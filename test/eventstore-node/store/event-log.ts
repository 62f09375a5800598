import { randomUUID } from 'node:crypto';
import { decideAppend, NO_STREAM_REVISION } from '../semantics/append-rules.js';
import type { ExpectedRevision } from '../semantics/append-rules.js';
import {
  isMetastream,
  isSoftDeleted,
  METADATA_TYPE,
  metastreamOf,
  originalStreamOf,
  SOFT_DELETION,
  withTruncateBefore,
} from '../semantics/stream-metadata.js';
import { StreamReader } from '../semantics/stream-reader.js';
import type { ReadableLog } from '../semantics/readable-log.js';
import { EventIndex } from './event-index.js';
import { GroupCommit } from './group-commit.js';
import { decodeId, decodeRecord, DELETED_REVISION, encodeFrame, FRAME_HEADER } from './record.js';
import type { ProposedEvent, StoredEvent } from './record.js';
import { replay } from './replay.js';
import type { Storage } from './storage.js';
import { WriterState } from './writer-state.js';

export type WriteOutcome =
  /** Durable. `revision` is -1 when the stream is still empty; `position` is null when a repeated event is no longer visible. */
  | { readonly outcome: 'success'; readonly revision: number; readonly position: number | null }
  /** Nothing was written: the stream is at `current`, or at -1. */
  | { readonly outcome: 'wrong-expected-version'; readonly current: number }
  /** Nothing was written: the stream is tombstoned (or soft-deleted, where it was expected to exist). */
  | { readonly outcome: 'stream-deleted' };

export interface EventLogOptions {
  /** How many of the newest event ids are remembered for `any` and `stream-exists`. Default 100,000. */
  readonly recentIds?: number;
  /** ms since 1970 UTC. */
  readonly now?: () => number;
}

const NO_BYTES = Buffer.alloc(0);

/** The log: one total order of events, each in one stream, under the rules of `semantics/append-rules`. */
export class EventLog implements ReadableLog {
  readonly index = new EventIndex();
  readonly streams = new StreamReader(this);
  readonly now: () => number;
  readonly #storage: Storage;
  readonly #writer: WriterState;
  readonly #commit: GroupCommit;
  readonly #listeners = new Set<() => void>();
  #nextOffset: number;
  #lastCreated = 0;

  /** Reads the whole log, once. */
  constructor(storage: Storage, options: EventLogOptions = {}) {
    this.now = options.now ?? Date.now;
    this.#storage = storage;
    this.#writer = new WriterState(options.recentIds ?? 100_000, (stream, revision) =>
      this.#durableId(stream, revision),
    );
    replay(storage, (header, whole) => {
      this.index.add(header);
      this.#writer.restore(header, whole);
      this.#lastCreated = Math.max(this.#lastCreated, header.created);
    });
    this.#nextOffset = storage.length;
    this.#commit = new GroupCommit(storage, () => this.#announce());
  }

  /** Position behind everything that is durable. */
  get end(): number {
    return this.#storage.length;
  }

  /** Bytes accepted and not yet durable. */
  get waitingBytes(): number {
    return this.#commit.waitingBytes;
  }

  /** Resolves when something has left the queue of accepted writes. */
  progress(): Promise<void> {
    return this.#commit.groupLeft();
  }

  /** Called after every group of commits. @returns takes the listener away again */
  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  read(ordinal: number): StoredEvent {
    const position = this.index.position(ordinal);
    return decodeRecord(this.#storage.read(position, this.index.end(ordinal) - position), 0, position);
  }

  /** Atomic; resolves when durable. @throws when the log cannot be written any more */
  async append(stream: string, expected: ExpectedRevision, events: readonly ProposedEvent[]): Promise<WriteOutcome> {
    const ids = events.map((event) => event.id);
    const decision = decideAppend(this.#writer.view(stream), expected, ids);
    const current = this.#writer.lastRevision(stream);
    if (decision.decision === 'deleted') return { outcome: 'stream-deleted' };
    if (decision.decision === 'wrong-expected-version') return { outcome: 'wrong-expected-version', current };
    if (decision.decision === 'ok') return this.#append(stream, current, events, decision.undelete);
    // The first write of these events may still be on its way to the disk.
    await this.#flushed();
    const revision = decision.lastRevision;
    return { outcome: 'success', revision, position: this.#visiblePosition(stream, revision) };
  }

  /** Hides what is there. Writing to the stream brings it back, with revisions that go on. */
  async softDelete(stream: string, expected: ExpectedRevision): Promise<WriteOutcome> {
    const refused = this.#refuseDeletion(stream, expected);
    if (refused !== null) return refused;
    const metastream = metastreamOf(stream);
    const revision = this.#writer.lastRevision(metastream) + 1;
    if (this.#writer.lastRevision(stream) === NO_STREAM_REVISION && revision === 0) {
      return { outcome: 'wrong-expected-version', current: NO_STREAM_REVISION };
    }
    const position = await this.#write(metastream, [{ event: metadataEvent(SOFT_DELETION), revision }]);
    return { outcome: 'success', revision: this.#writer.lastRevision(stream), position };
  }

  /** Closes the stream for ever. */
  async tombstone(stream: string, expected: ExpectedRevision): Promise<WriteOutcome> {
    const refused = this.#refuseDeletion(stream, expected);
    if (refused !== null) return refused;
    const event = { id: randomUUID(), type: '$streamDeleted', isJson: false, data: NO_BYTES, metadata: NO_BYTES };
    const position = await this.#write(stream, [{ event, revision: DELETED_REVISION }]);
    return { outcome: 'success', revision: DELETED_REVISION, position };
  }

  /** Resolves when what was accepted until now is durable or has failed, and its callers know. */
  async settled(): Promise<void> {
    await this.#flushed().catch(() => undefined);
  }

  /** Writes what was accepted, then closes the file. */
  async close(): Promise<void> {
    await this.#commit.idle();
    this.#storage.close();
  }

  /** As if the process had died: what is not durable yet is lost, or not. */
  async crash(): Promise<void> {
    this.#listeners.clear();
    this.#commit.abandon(new Error('the node crashed'));
    await this.#commit.idle();
    this.#storage.close();
  }

  async #append(
    stream: string,
    current: number,
    events: readonly ProposedEvent[],
    undelete: boolean,
  ): Promise<WriteOutcome> {
    if (events.length === 0) return { outcome: 'success', revision: current, position: this.#nextOffset };
    const undeleteOriginal = isMetastream(stream) && isSoftDeleted(this.#writer.metadata(originalStreamOf(stream)));
    const placed = events.map((event, index) => ({ event, revision: current + 1 + index }));
    const written = this.#write(stream, placed);
    if (undelete) this.#undelete(stream, current + 1);
    if (undeleteOriginal) {
      const original = originalStreamOf(stream);
      this.#undelete(original, this.#writer.lastRevision(original) + 1);
    }
    return { outcome: 'success', revision: current + events.length, position: await written };
  }

  /** The metadata stays, only the marker gives way to the revision from which the stream goes on. */
  #undelete(stream: string, truncateBefore: number): void {
    const raw = this.#writer.rawMetadata(stream);
    const data = raw === null ? null : withTruncateBefore(raw.data, truncateBefore);
    if (data === null) return;
    const metastream = metastreamOf(stream);
    const revision = this.#writer.lastRevision(metastream) + 1;
    // Acknowledged with what is written behind it; a failure fails that, too.
    this.#write(metastream, [{ event: metadataEvent(data), revision }]).catch(() => undefined);
  }

  #refuseDeletion(stream: string, expected: ExpectedRevision): WriteOutcome | null {
    const decision = decideAppend(this.#writer.view(stream), expected, [randomUUID()]);
    if (decision.decision === 'ok') return null;
    if (decision.decision === 'deleted') return { outcome: 'stream-deleted' };
    return { outcome: 'wrong-expected-version', current: this.#writer.lastRevision(stream) };
  }

  /** @returns position of the last event, once all are durable */
  #write(
    stream: string,
    placed: readonly { readonly event: ProposedEvent; readonly revision: number }[],
  ): Promise<number> {
    this.#lastCreated = Math.max(this.#lastCreated, this.now());
    const created = this.#lastCreated;
    const { frame, lengths } = encodeFrame(
      placed.map(({ event, revision }) => ({ ...event, stream, revision, created })),
    );
    const start = this.#nextOffset + FRAME_HEADER;
    let position = start;
    const stored = placed.map(({ event, revision }, index): StoredEvent => {
      this.#writer.accept(stream, revision, event);
      const end = position + (lengths[index] ?? 0);
      const placedEvent = { ...event, stream, revision, created, position, end };
      position = end;
      return placedEvent;
    });
    const last = stored.at(-1)?.position ?? start;
    this.#nextOffset += frame.length;
    return new Promise((resolve, reject) => {
      const committed = (): void => {
        this.#writer.settle(stream, stored.length);
        for (const event of stored) this.index.add(event);
        resolve(last);
      };
      this.#commit.enqueue({ frame, committed, failed: reject });
    });
  }

  /** Resolves when everything accepted until now is durable. */
  #flushed(): Promise<void> {
    if (this.#commit.waitingBytes === 0 && this.#commit.failure === null) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#commit.enqueue({ frame: NO_BYTES, committed: resolve, failed: reject });
    });
  }

  #durableId(stream: string, revision: number): string {
    const ordinal = this.index.stream(stream)?.ordinals[revision];
    if (ordinal === undefined) return '';
    const position = this.index.position(ordinal);
    return decodeId(this.#storage.read(position, this.index.end(ordinal) - position), 0);
  }

  #visiblePosition(stream: string, revision: number): number | null {
    const ordinal = this.streams.find(stream, revision);
    return ordinal === undefined ? null : this.index.position(ordinal);
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

function metadataEvent(data: Buffer): ProposedEvent {
  return { id: randomUUID(), type: METADATA_TYPE, isJson: true, data, metadata: NO_BYTES };
}
