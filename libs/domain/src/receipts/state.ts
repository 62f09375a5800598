import { receiptsStream } from '@parley/events';
import { PersistentMap } from '../persistent-map.js';

/** First in this folder: the stream. Its events are in @parley/events. Then the state, evolve, and the decision. */
export const receiptsStreamName: (conversationId: string) => string = receiptsStream;

/**
 * How far each device of each member has received and read. By user id, then device id. Grows with the people and the
 * devices they ever used in this conversation; there is no "not started": without an event nobody has read anything.
 */
export type ReceiptsState = PersistentMap<ReadonlyMap<string, Watermarks>>;

/** Sequences of messages, 0 before the first. `delivered` is at least `read`. */
export interface Watermarks {
  readonly delivered: number;
  readonly read: number;
}

export const initialReceipts: ReceiptsState = PersistentMap.from<ReadonlyMap<string, Watermarks>>([]);

const nothingYet: Watermarks = { delivered: 0, read: 0 };

export const watermarksOf = (state: ReceiptsState, userId: string, deviceId: string): Watermarks =>
  state.get(userId)?.get(deviceId) ?? nothingYet;
