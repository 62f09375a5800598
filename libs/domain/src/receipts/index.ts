// Receipts of one conversation, in the order to read them: stream and state, evolve, snapshots, decision.
import type { ReceiptEvent } from '@parley/events';
import type { StreamDefinition } from '../decision.js';
import { evolveReceipts } from './evolve.js';
import { receiptsFromSnapshot, receiptsSnapshotVersion, receiptsToSnapshot } from './snapshot.js';
import { initialReceipts, type ReceiptsState, receiptsStreamName } from './state.js';

export * from './state.js';
export * from './evolve.js';
export * from './snapshot.js';
export * from './advance.js';

export const receiptsDefinition: StreamDefinition<ReceiptsState, ReceiptEvent> = {
  streamName: receiptsStreamName,
  initial: initialReceipts,
  evolve: evolveReceipts,
  snapshotVersion: receiptsSnapshotVersion,
  toSnapshot: receiptsToSnapshot,
  fromSnapshot: receiptsFromSnapshot,
};
