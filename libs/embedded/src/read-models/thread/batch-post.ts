import type { ConversationDelivery, Delivery, DeliveryBatch } from '@parley/ports';

/**
 * A batch on its way between threads. New messages, which are nearly all there is, lie in one flat list of texts and
 * numbers, five each: cloning that costs a third of cloning as many objects, on both sides. Traced ones are objects.
 */
export interface PostedBatch {
  readonly position: number;
  readonly previous: number;
  /** conversationId, position, change, sequence, senderId; of each new message, in order. */
  readonly messages: readonly (string | number)[];
  /** All others, with how many new messages come before each. */
  readonly others: readonly { readonly before: number; readonly delivery: Delivery }[];
}

const fields = 5;

export function packBatch({ position, previous, deliveries }: DeliveryBatch): PostedBatch {
  const messages: (string | number)[] = [];
  const others: { before: number; delivery: Delivery }[] = [];
  for (const delivery of deliveries) {
    const { sequence, senderId, shows, pins, except, trace } = delivery.to === 'conversation' ? delivery : notOne;
    const bare = shows === undefined && pins === undefined && except === undefined && trace === undefined;
    if (delivery.to === 'conversation' && sequence !== undefined && senderId !== undefined && bare) {
      messages.push(delivery.conversationId, delivery.position, delivery.change, sequence, senderId);
    } else others.push({ before: messages.length / fields, delivery });
  }
  return { position, previous, messages, others };
}

export function unpackBatch({ position, previous, messages, others }: PostedBatch): DeliveryBatch {
  const deliveries: Delivery[] = [];
  let taken = 0;
  const takeUpTo = (count: number): void => {
    for (; taken < count; taken++) deliveries.push(messageAt(messages, taken * fields));
  };
  for (const { before, delivery } of others) {
    takeUpTo(before);
    deliveries.push(delivery);
  }
  takeUpTo(messages.length / fields);
  return { position, previous, deliveries };
}

const notOne: Partial<Pick<ConversationDelivery, 'sequence' | 'senderId' | 'shows' | 'pins' | 'except' | 'trace'>> = {};

const messageAt = (messages: readonly (string | number)[], at: number): Delivery => ({
  to: 'conversation',
  conversationId: messages[at] as string,
  position: messages[at + 1] as number,
  change: messages[at + 2] as string,
  sequence: messages[at + 3] as number,
  senderId: messages[at + 4] as string,
});
