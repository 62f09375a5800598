import type { Delivery, PartitionBatch } from '@parley/ports';

/** Beside the deliveries, in characters. */
const frame = 64;

/**
 * A batch as messages of bounded size, in order. Too large a batch is told in parts, each a batch of its own. Deliveries
 * of one position that are too large together are left out: the part after them names that position as the one before
 * it, so that receivers find the hole and read again.
 */
export function encodeBatch({ position, previous, deliveries }: PartitionBatch, maxLength: number): readonly string[] {
  const messages: string[] = [];
  let part: string[] = [];
  let length = frame;
  let begin = previous;
  let end = previous;
  const close = (upTo: number): void => {
    messages.push(`{"previous":${begin},"position":${upTo},"deliveries":[${part.join(',')}]}`);
    part = [];
    length = frame;
    begin = upTo;
  };
  for (const { at, texts, size } of byPosition(deliveries)) {
    if (length + size > maxLength && part.length > 0) close(end);
    if (frame + size > maxLength) {
      if (end > begin) close(end);
      begin = at;
    } else {
      part.push(...texts);
      length += size;
    }
    end = at;
  }
  close(position);
  return messages;
}

/** @throws Error when it is no message of `encodeBatch` */
export function decodeBatch(partition: number, message: string): PartitionBatch {
  const { previous, position, deliveries } = JSON.parse(message) as Omit<PartitionBatch, 'partition'>;
  if (!Number.isSafeInteger(previous) || !Number.isSafeInteger(position) || !Array.isArray(deliveries)) {
    throw new Error('not a batch of deliveries');
  }
  return { partition, previous, position, deliveries };
}

interface Group {
  readonly at: number;
  readonly texts: readonly string[];
  readonly size: number;
}

function* byPosition(deliveries: readonly Delivery[]): Generator<Group> {
  let texts: string[] = [];
  let size = 0;
  for (const [index, delivery] of deliveries.entries()) {
    const text = JSON.stringify(delivery);
    texts.push(text);
    size += text.length + 1;
    const next = deliveries[index + 1];
    if (next !== undefined && next.position === delivery.position) continue;
    yield { at: delivery.position, texts, size };
    texts = [];
    size = 0;
  }
}
