import type { NewEvent } from '@parley/events';
import type { AppendResult, ExpectedRevision } from '@parley/ports';
import { hash, randomUUID } from 'node:crypto';
import { GuardedIndex } from '../append/guarded-index.js';
import { OnceWriter } from '../append/once-writer.js';
import { RecentPlaces, type RecentLimits } from '../append/recent-places.js';
import type { ReadingLimits } from '../append/tail-reader.js';
import { LaggingIndex, MemoryStreams, silentLogger } from './memory-streams.js';

const event = (eventId: string): NewEvent => ({ eventId, type: 'Happened.v1', data: '{}', metadata: '{}', time: 0 });
const ofVersion = (version: 7 | 8, uuid: string): string => uuid.slice(0, 14) + String(version) + uuid.slice(15);

/** An event whose id is a function of these words. */
export function derived(...words: readonly string[]): NewEvent {
  const hex = hash('sha256', words.join(' '), 'hex');
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
  return event(ofVersion(8, uuid));
}

/** Events with ids that nobody else can make. */
export const random = (count: number): NewEvent[] =>
  Array.from({ length: count }, () => event(ofVersion(7, randomUUID())));

export interface Scene {
  readonly streams: MemoryStreams;
  readonly index: LaggingIndex;
  /** One that remembers nothing, of the same streams. */
  readonly aWriter: () => OnceWriter;
}

export function scene(
  recent: RecentLimits = { perStream: 2_048, total: 100_000, packed: 100_000 },
  reach: ReadingLimits = {},
): Scene {
  const streams = new MemoryStreams();
  const index = new LaggingIndex(streams);
  const times = { answerMs: 30, repeatMs: 2, probeMs: 5 };
  const limits = { timeoutMs: 10_000, queue: { appends: 1_000, bytes: 10_000_000 }, ...reach };
  const aWriter = (): OnceWriter =>
    new OnceWriter(streams, new RecentPlaces(recent), new GuardedIndex(index, silentLogger, times), limits);
  return { streams, index, aWriter };
}

export const append = (
  writer: OnceWriter,
  events: readonly NewEvent[],
  expected: ExpectedRevision = 'any',
  stream = 's',
): Promise<AppendResult> => writer.append({ stream, expected, events });
