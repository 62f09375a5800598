import type { DecodedEvent, ParleyEvent } from '@parley/events';
import {
  changeJson,
  rankOfChange,
  type ChangeKind,
  type Delivery,
  type DeliveryReader,
  type HistoryOperation,
} from '@parley/ports';
import { Drafts, type Ranked } from './drafts.js';
import { draftsOf } from './draft-changes.js';

/**
 * What goes to whom after a batch is readable. New messages are passed on as history stored them, without another look;
 * everything else is told in its present state, once, at the position of its last change in the batch.
 */
export async function composeDeliveries(
  events: readonly DecodedEvent<ParleyEvent>[],
  historyOperations: readonly HistoryOperation[],
  reader: DeliveryReader,
): Promise<readonly Delivery[]> {
  const ready: Ranked[] = [];
  for (const operation of historyOperations) if (operation.type === 'add-message') ready.push(newMessage(operation));
  const drafts = new Drafts();
  for (const event of events) for (const drafted of draftsOf(event)) drafts.add(drafted);
  if (drafts.isEmpty) return ready.map((entry) => entry.delivery);
  for (const draft of drafts.all()) {
    for (const delivery of await draft.make(reader)) {
      ready.push({ delivery, rank: rankOfChange(draft.kind) });
    }
  }
  ready.sort((a, b) => a.delivery.position - b.delivery.position || a.rank - b.rank);
  return ready.map((entry) => entry.delivery);
}

const messageRank = rankOfChange('message' satisfies ChangeKind);

function newMessage(operation: Extract<HistoryOperation, { type: 'add-message' }>): Ranked {
  const { conversationId, position, sequence, json, senderId } = operation;
  const change = changeJson('message', position, json);
  return {
    rank: messageRank,
    delivery: { to: 'conversation', conversationId, position, change, sequence, senderId },
  };
}
