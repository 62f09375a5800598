import type { Delivery, PartitionBatch } from '@parley/ports';

/** Beside the deliveries, in characters. */
const frame = 200;

/** One message: a batch, or a part of one. */
export interface BatchMessage extends Omit<PartitionBatch, 'partition'> {
  /** Set on what is a batch only together with the other parts. */
  readonly part?: BatchPart;
}

export interface BatchPart {
  /** Two consumers may tell the same batch at once, each cut in their own way. */
  readonly sender: string;
  /** From 0. */
  readonly number: number;
  readonly last: boolean;
}

/**
 * A batch as messages of bounded size, in order. Too large a batch is told as several, each of some positions. What is
 * too large of one position is told in parts, which only together are a batch. Only a single delivery that is too large
 * makes a message larger than `maxLength`: size alone is never a loss.
 */
export function encodeBatch(batch: PartitionBatch, maxLength: number, sender: string): readonly string[] {
  const messages: string[] = [];
  let texts: string[] = [];
  let length = frame;
  let begin = batch.previous;
  const close = (upTo: number): void => {
    messages.push(messageOf(begin, upTo, texts));
    texts = [];
    length = frame;
    begin = upTo;
  };
  let end = batch.previous;
  for (const { at, texts: own, size } of byPosition(batch.deliveries)) {
    if (length + size > maxLength && texts.length > 0) close(end);
    if (frame + size <= maxLength) {
      texts.push(...own);
      length += size;
    } else {
      if (end > begin) close(end);
      messages.push(...partsOf(begin, at, own, maxLength, sender));
      begin = at;
    }
    end = at;
  }
  if (messages.length === 0 || texts.length > 0 || batch.position > begin) close(batch.position);
  return messages;
}

function partsOf(
  previous: number,
  position: number,
  texts: readonly string[],
  maxLength: number,
  sender: string,
): readonly string[] {
  const parts: string[][] = [];
  let length = Infinity;
  for (const text of texts) {
    const size = text.length + 1;
    if (length + size > maxLength) {
      parts.push([]);
      length = frame;
    }
    parts.at(-1)?.push(text);
    length += size;
  }
  return parts.map((own, number) =>
    messageOf(previous, position, own, { sender, number, last: number === parts.length - 1 }),
  );
}

const messageOf = (previous: number, position: number, texts: readonly string[], part?: BatchPart): string =>
  `{"previous":${previous},"position":${position},${part === undefined ? '' : `"part":${JSON.stringify(part)},`}` +
  `"deliveries":[${texts.join(',')}]}`;

/** @throws Error when it is no message of `encodeBatch` */
export function decodeMessage(message: string): BatchMessage {
  const decoded = JSON.parse(message) as BatchMessage;
  const { previous, position, deliveries } = decoded;
  if (!Number.isSafeInteger(previous) || !Number.isSafeInteger(position) || !Array.isArray(deliveries)) {
    throw new Error('not a batch of deliveries');
  }
  return decoded;
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
