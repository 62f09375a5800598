import type { DecodedEvent, ParleyEvent } from '@parley/events';
import { mapBounded } from '@parley/platform/bounded';
import { tracedPositions, tracer } from '@parley/platform/tracing';
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

/** Of one batch. Receipts of 500 people are as many drafts, and each waits for an engine. */
const draftsAtOnce = 32;

/**
 * What goes to whom after a batch is readable. New messages are passed on as history stored them, without another look;
 * everything else is told in its present state, once, at the position of its last change in the batch.
 */
export async function composeDeliveries(
  events: readonly DecodedEvent<ParleyEvent>[],
  historyOperations: readonly HistoryOperation[],
  reader: DeliveryReader,
): Promise<readonly Delivery[]> {
  const deliveries = await compose(events, historyOperations, reader);
  return tracer === null ? deliveries : withTraces(deliveries, events);
}

async function compose(
  events: readonly DecodedEvent<ParleyEvent>[],
  historyOperations: readonly HistoryOperation[],
  reader: DeliveryReader,
): Promise<readonly Delivery[]> {
  const ready: Ranked[] = [];
  for (const operation of historyOperations) if (operation.type === 'add-message') ready.push(newMessage(operation));
  const drafts = new Drafts();
  for (const event of events) for (const drafted of draftsOf(event)) drafts.add(drafted);
  if (drafts.isEmpty) return ready.map((entry) => entry.delivery);
  const made = await mapBounded([...drafts.all()], draftsAtOnce, async (draft): Promise<readonly Ranked[]> => {
    const rank = rankOfChange(draft.kind);
    return (await draft.make(reader)).map((delivery) => ({ delivery, rank }));
  });
  for (const some of made) for (const entry of some) ready.push(entry);
  ready.sort((a, b) => a.delivery.position - b.delivery.position || a.rank - b.rank);
  return ready.map((entry) => entry.delivery);
}

function withTraces(
  deliveries: readonly Delivery[],
  events: readonly DecodedEvent<ParleyEvent>[],
): readonly Delivery[] {
  const traced = tracedPositions(events.map(({ recorded }) => recorded));
  if (traced.size === 0) return deliveries;
  return deliveries.map((delivery) => {
    const traceparent = traced.get(delivery.position);
    return traceparent === undefined ? delivery : { ...delivery, trace: { traceparent } };
  });
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
