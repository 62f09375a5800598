import { DELETED_REVISION } from '../store/record.js';
import { NO_STREAM_REVISION } from './append-rules.js';
import type { ReadableLog } from './readable-log.js';
import {
  isMetastream,
  isSoftDeleted,
  METADATA_OF_METASTREAMS,
  metastreamOf,
  NO_METADATA,
  originalStreamOf,
  parseStreamMetadata,
} from './stream-metadata.js';
import type { StreamMetadata } from './stream-metadata.js';

/** One page of a stream. Ordinals are places in the log. */
export type StreamPage =
  | { readonly result: 'no-stream' }
  | { readonly result: 'deleted' }
  | {
      readonly result: 'success';
      readonly ordinals: readonly number[];
      /** Where the next page starts; -1 when a backward read is through. */
      readonly next: number;
      readonly last: number;
      readonly endOfStream: boolean;
    };

interface Bounds {
  /** Lowest revision that may be seen. */
  readonly min: number;
  readonly last: number;
  readonly ordinals: readonly number[];
}

/**
 * Streams as their readers see them: durable events, without those that the stream's metadata hides ($maxCount,
 * $maxAge, $tb) and without deleted streams.
 */
export class StreamReader {
  readonly #log: ReadableLog;
  /** By metadata stream: the newest event's revision and what it says. */
  readonly #metadata = new Map<string, { readonly revision: number; readonly metadata: StreamMetadata }>();

  constructor(log: ReadableLog) {
    this.#log = log;
  }

  /** @param from first revision, inclusive */
  forwards(stream: string, from: number, maxCount: number): StreamPage {
    const bounds = this.#bounds(stream);
    if ('result' in bounds) return bounds;
    const { min, last, ordinals } = bounds;
    const end = from + maxCount - 1;
    const start = Math.max(from, min);
    if (start > last) {
      return { result: 'success', ordinals: [], next: last + 1, last, endOfStream: true };
    }
    if (end < min) return { result: 'success', ordinals: [], next: min, last, endOfStream: false };
    const page = ordinals.slice(start, end + 1);
    return { result: 'success', ordinals: page, next: start + page.length, last, endOfStream: end >= last };
  }

  /** @param from first revision, inclusive; -1: the last one */
  backwards(stream: string, from: number, maxCount: number): StreamPage {
    const bounds = this.#bounds(stream);
    if ('result' in bounds) return bounds;
    const { min, last, ordinals } = bounds;
    const end = from < 0 ? last : from;
    if (end < min) return { result: 'success', ordinals: [], next: -1, last, endOfStream: true };
    const wanted = Math.max(0, end - maxCount + 1);
    const start = Math.max(wanted, min);
    const page = ordinals.slice(start, end + 1).toReversed();
    const endOfStream = wanted <= min;
    return { result: 'success', ordinals: page, next: endOfStream ? -1 : Math.min(start - 1, last), last, endOfStream };
  }

  /** The event's place in the log; undefined when it does not exist or may not be seen. */
  find(stream: string, revision: number): number | undefined {
    const bounds = this.#bounds(stream);
    return 'result' in bounds || revision < bounds.min ? undefined : bounds.ordinals[revision];
  }

  /** -1: nothing there; `DELETED_REVISION`: tombstoned, as are the metadata of a tombstoned stream. */
  lastRevision(stream: string): number {
    if (isMetastream(stream) && this.lastRevision(originalStreamOf(stream)) === DELETED_REVISION)
      return DELETED_REVISION;
    const entry = this.#log.index.stream(stream);
    if (entry === undefined) return NO_STREAM_REVISION;
    return entry.tombstone === null ? entry.ordinals.length - 1 : DELETED_REVISION;
  }

  metadata(stream: string): StreamMetadata {
    if (isMetastream(stream)) return METADATA_OF_METASTREAMS;
    const metastream = metastreamOf(stream);
    const ordinals = this.#log.index.stream(metastream)?.ordinals ?? [];
    const newest = ordinals.at(-1);
    if (newest === undefined || this.lastRevision(metastream) === DELETED_REVISION) return NO_METADATA;
    const revision = ordinals.length - 1;
    const known = this.#metadata.get(metastream);
    if (known?.revision === revision) return known.metadata;
    const event = this.#log.read(newest);
    const metadata = parseStreamMetadata(event.isJson, event.data);
    this.#metadata.set(metastream, { revision, metadata });
    return metadata;
  }

  #bounds(stream: string): Bounds | { readonly result: 'no-stream' } | { readonly result: 'deleted' } {
    const last = this.lastRevision(stream);
    if (last === DELETED_REVISION) return { result: 'deleted' };
    const metadata = this.metadata(stream);
    if (last === NO_STREAM_REVISION || isSoftDeleted(metadata)) return { result: 'no-stream' };
    const ordinals = this.#log.index.stream(stream)?.ordinals ?? [];
    let min = Math.max(0, metadata.truncateBefore ?? 0);
    if (metadata.maxCount !== undefined) min = Math.max(min, last - metadata.maxCount + 1);
    if (metadata.maxAgeMs !== undefined) min = this.#firstYoungerThan(ordinals, min, metadata.maxAgeMs);
    return { min, last, ordinals };
  }

  /** Times never fall along a stream, so the old ones are all in front. */
  #firstYoungerThan(ordinals: readonly number[], from: number, maxAgeMs: number): number {
    const oldest = this.#log.now() - maxAgeMs;
    let low = Math.min(from, ordinals.length);
    let high = ordinals.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#log.index.created(ordinals[middle] ?? 0) < oldest) low = middle + 1;
      else high = middle;
    }
    return Math.max(from, low);
  }
}
