import {
  isMetastream,
  isSoftDeleted,
  METADATA_OF_METASTREAMS,
  metastreamOf,
  NO_METADATA,
  originalStreamOf,
  parseStreamMetadata,
} from '../semantics/stream-metadata.js';
import type { StreamMetadata } from '../semantics/stream-metadata.js';
import { NO_STREAM_REVISION } from '../semantics/append-rules.js';
import type { WriterView } from '../semantics/append-rules.js';
import { DELETED_REVISION } from './record.js';
import type { ProposedEvent, RecordHeader, StoredEvent } from './record.js';
import { RecentIds } from './recent-ids.js';

interface AcceptedStream {
  lastRevision: number;
  /** Accepted and not yet durable, in order. */
  readonly pending: { readonly revision: number; readonly id: string }[];
  /** Of a metadata stream: its newest event. */
  newestMetadata: { readonly isJson: boolean; readonly data: Buffer } | null;
}

/**
 * The streams as the writer sees them: with everything that was accepted, whether it is durable yet or not, so that
 * the next write is judged by the one before it without waiting for the disk.
 */
export class WriterState {
  readonly #streams = new Map<string, AcceptedStream>();
  readonly #recent: RecentIds;
  readonly #durableId: (stream: string, revision: number) => string;

  /** @param durableId id of a durable event */
  constructor(recentIds: number, durableId: (stream: string, revision: number) => string) {
    this.#recent = new RecentIds(recentIds);
    this.#durableId = durableId;
  }

  view(stream: string): WriterView {
    return {
      lastRevision: this.lastRevision(stream),
      softDeleted: isSoftDeleted(this.metadata(stream)),
      hasMetadata: this.lastRevision(metastreamOf(stream)) > NO_STREAM_REVISION,
      recentRevision: (id) => this.#recent.revision(id, stream),
      idAt: (revision) => {
        const pending = this.#streams.get(stream)?.pending;
        const first = pending?.[0];
        if (pending === undefined || first === undefined || revision < first.revision) {
          return this.#durableId(stream, revision);
        }
        return pending[revision - first.revision]?.id ?? '';
      },
    };
  }

  /** A metadata stream is tombstoned with the stream it belongs to. */
  lastRevision(stream: string): number {
    if (isMetastream(stream) && this.lastRevision(originalStreamOf(stream)) === DELETED_REVISION)
      return DELETED_REVISION;
    return this.#streams.get(stream)?.lastRevision ?? NO_STREAM_REVISION;
  }

  metadata(stream: string): StreamMetadata {
    if (isMetastream(stream)) return METADATA_OF_METASTREAMS;
    const newest = this.rawMetadata(stream);
    return newest === null ? NO_METADATA : parseStreamMetadata(newest.isJson, newest.data);
  }

  rawMetadata(stream: string): { readonly isJson: boolean; readonly data: Buffer } | null {
    return this.#streams.get(metastreamOf(stream))?.newestMetadata ?? null;
  }

  /** An event has been accepted for writing. */
  accept(stream: string, revision: number, event: ProposedEvent): void {
    const accepted = this.#stream(stream);
    accepted.lastRevision = revision;
    if (revision !== DELETED_REVISION) accepted.pending.push({ revision, id: event.id });
    if (isMetastream(stream)) accepted.newestMetadata = { isJson: event.isJson, data: event.data };
    this.#recent.add(event.id, stream, revision);
  }

  /** The oldest accepted events of this stream have become durable. */
  settle(stream: string, events: number): void {
    this.#stream(stream).pending.splice(0, events);
  }

  /** An event was found in the log at the start. Its id is not among the recent ones. */
  restore(header: RecordHeader, whole: () => StoredEvent): void {
    const accepted = this.#stream(header.stream);
    accepted.lastRevision = header.revision;
    if (!isMetastream(header.stream)) return;
    const { isJson, data } = whole();
    accepted.newestMetadata = { isJson, data: Buffer.from(data) };
  }

  #stream(name: string): AcceptedStream {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const accepted: AcceptedStream = { lastRevision: NO_STREAM_REVISION, pending: [], newestMetadata: null };
    this.#streams.set(name, accepted);
    return accepted;
  }
}
