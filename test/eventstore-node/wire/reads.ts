import type { AllPage, Position } from '../semantics/all-reader.js';
import type { EventFilter } from '../semantics/filter.js';
import { resolve } from '../semantics/links.js';
import type { NodeContext } from './context.js';
import { streamDeleted, unexpectedResult } from './errors.js';
import type { Outgoing } from './outgoing.js';
import {
  eventMessage,
  firstStreamPositionMessage,
  lastStreamPositionMessage,
  streamNotFoundMessage,
} from './read-response.js';
import { READ_BATCH } from './subscriptions.js';
import type { Delivery } from './subscriptions.js';

type Direction = 'forwards' | 'backwards';

export interface AllRead extends Delivery {
  readonly direction: Direction;
  readonly from: Position;
  readonly maxCount: number;
  readonly filter: EventFilter;
  readonly maxSearchWindow: number;
}

export interface StreamRead extends Delivery {
  readonly stream: string;
  readonly direction: Direction;
  /** Inclusive; -1: the end. */
  readonly from: number;
  readonly maxCount: number;
  /** From 1 on the client wants to be told where the stream begins and ends. */
  readonly compatibility: number;
}

type Out = Outgoing<unknown>;

export async function readAll(node: NodeContext, out: Out, options: AllRead): Promise<void> {
  const size = Math.min(READ_BATCH, options.maxCount);
  const read = (position: Position): AllPage =>
    node.all[options.direction](position, size, options.maxSearchWindow, options.filter);
  let sent = 0;
  let page = read(options.from);
  for (;;) {
    for (const ordinal of page.ordinals) {
      if (sent >= options.maxCount) return;
      await deliver(node, out, ordinal, options);
      sent += 1;
    }
    if (page.endOfStream || sent >= options.maxCount) return;
    if (page.ordinals.length === 0) await out.giveWay();
    page = read(page.next);
  }
}

export async function readStream(node: NodeContext, out: Out, options: StreamRead): Promise<void> {
  if (options.maxCount === 0 || (options.direction === 'forwards' && options.from < 0)) {
    throw unexpectedResult('ReadStreamResult');
  }
  const size = Math.min(READ_BATCH, options.maxCount);
  const tells = options.compatibility >= 1;
  let sent = 0;
  let from = options.from;
  for (;;) {
    const page = node.log.streams[options.direction](options.stream, from, size);
    if (page.result === 'deleted') throw streamDeleted(options.stream);
    if (page.result === 'no-stream') return out.send(streamNotFoundMessage(options.stream));
    const skipped = options.direction === 'forwards' && page.ordinals.length === 0 && page.next !== from;
    if (tells && sent === 0 && skipped) await out.send(firstStreamPositionMessage(page.next));
    for (const ordinal of page.ordinals) {
      if (sent >= options.maxCount) break;
      await deliver(node, out, ordinal, options);
      sent += 1;
    }
    if (page.endOfStream || sent >= options.maxCount) {
      if (tells) await out.send(lastStreamPositionMessage(page.last));
      return;
    }
    from = page.next;
  }
}

async function deliver(node: NodeContext, out: Out, ordinal: number, options: Delivery): Promise<void> {
  const { log } = node;
  await out.send(eventMessage(resolve(log, log.streams, log.read(ordinal), options.resolveLinks), options.uuids));
}
