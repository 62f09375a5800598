import { randomUUID } from 'node:crypto';
import { START } from '../semantics/all-reader.js';
import type { Position } from '../semantics/all-reader.js';
import { internalEventsLeftOut } from '../semantics/filter.js';
import type { EventFilter } from '../semantics/filter.js';
import { resolve } from '../semantics/links.js';
import type { NodeContext } from './context.js';
import { consumerTooSlow, streamDeleted } from './errors.js';
import type { RpcError } from './errors.js';
import type { Outgoing } from './outgoing.js';
import { caughtUpMessage, checkpointMessage, confirmationMessage, eventMessage } from './read-response.js';
import type { UuidForm } from './read-response.js';

/** Events in one page of a read, as in the product: it shows in where checkpoints fall. */
export const READ_BATCH = 32;

export interface Delivery {
  readonly resolveLinks: boolean;
  readonly uuids: UuidForm;
}

export interface AllSubscription extends Delivery {
  /** Exclusive. */
  readonly from: Position | 'start' | 'end';
  readonly filter: EventFilter | null;
  /** Events looked at in one page. */
  readonly maxSearchWindow: number;
  /** A checkpoint after so many events looked at. */
  readonly checkpointInterval: number;
}

export interface StreamSubscription extends Delivery {
  readonly stream: string;
  /** Exclusive. */
  readonly from: number | 'start' | 'end';
}

type Out = Outgoing<unknown>;

/** From past to live without gap or repeat, until the client goes. */
export async function subscribeToAll(node: NodeContext, out: Out, options: AllSubscription): Promise<void> {
  const { index } = node.log;
  const filter = options.filter ?? internalEventsLeftOut;
  const checkpoints = options.filter !== null;
  let counter = 0;
  let cursor = index.count;
  let confirmed = false;
  const confirm = async (): Promise<void> => {
    if (!confirmed) await out.send(confirmationMessage(randomUUID()));
    confirmed = true;
  };
  if (options.from !== 'end') {
    let position = START;
    if (options.from !== 'start' && options.from.commit > 0) {
      position = node.all.forwards(options.from, 1, Number.MAX_SAFE_INTEGER, internalEventsLeftOut).next;
    }
    for (;;) {
      const page = node.all.forwards(position, READ_BATCH, options.maxSearchWindow, filter);
      cursor = index.count;
      await confirm();
      let reached = page.current;
      for (const ordinal of page.ordinals) {
        reached = await deliver(node, out, ordinal, options);
      }
      counter += page.considered;
      if (page.endOfStream) break;
      if (checkpoints && counter >= options.checkpointInterval) {
        counter %= options.checkpointInterval;
        await out.send(checkpointMessage(reached));
      }
      position = page.next;
      if (page.ordinals.length === 0) await out.giveWay();
    }
  }
  await confirm();
  await out.send(caughtUpMessage());
  for (;;) {
    while (cursor >= index.count) await out.until((wake) => node.log.onCommit(wake));
    const ordinal = cursor++;
    const backlog = (): number => index.count - cursor;
    const passes = filter({ stream: index.streamName(ordinal), type: index.type(ordinal) });
    if (passes) await deliver(node, out, ordinal, options, tooSlow(node, backlog));
    counter += 1;
    if (checkpoints && counter >= options.checkpointInterval) {
      counter = 0;
      const commit = index.position(ordinal);
      await out.send(checkpointMessage({ commit, prepare: commit }), tooSlow(node, backlog));
    }
  }
}

/** Waits for the stream when there is none yet, and ends with an error when it is tombstoned. */
export async function subscribeToStream(node: NodeContext, out: Out, options: StreamSubscription): Promise<void> {
  const { log } = node;
  const { stream } = options;
  let next = 0;
  let tombstonedBefore = false;
  if (options.from === 'end') {
    const entry = log.index.stream(stream);
    next = entry?.ordinals.length ?? 0;
    tombstonedBefore = entry !== undefined && entry.tombstone !== null;
    await out.send(confirmationMessage(randomUUID()));
  } else {
    next = await catchUpWithStream(node, out, options, options.from === 'start' ? 0 : options.from + 1);
  }
  await out.send(caughtUpMessage());
  for (;;) {
    const entry = log.index.stream(stream);
    const ordinal = entry?.ordinals[next];
    if (entry !== undefined && ordinal !== undefined) {
      next += 1;
      const backlog = (): number => entry.ordinals.length - next;
      await deliver(node, out, ordinal, options, tooSlow(node, backlog));
    } else if (entry !== undefined && entry.tombstone !== null && !tombstonedBefore) {
      await deliver(node, out, entry.tombstone, options);
      throw streamDeleted(stream);
    } else {
      await out.until((wake) => log.onCommit(wake));
    }
  }
}

/** @returns the first revision that was not delivered */
async function catchUpWithStream(
  node: NodeContext,
  out: Out,
  options: StreamSubscription,
  first: number,
): Promise<number> {
  let confirmed = false;
  let from = first;
  for (;;) {
    const page = node.log.streams.forwards(options.stream, from, READ_BATCH);
    if (page.result === 'deleted') throw streamDeleted(options.stream);
    if (!confirmed) await out.send(confirmationMessage(randomUUID()));
    confirmed = true;
    if (page.result === 'no-stream') {
      await out.until((wake) => node.log.onCommit(wake));
      continue;
    }
    for (const ordinal of page.ordinals) await deliver(node, out, ordinal, options);
    if (page.endOfStream) return Math.max(page.next, first);
    from = page.next;
  }
}

/** @returns the event's position */
async function deliver(
  node: NodeContext,
  out: Out,
  ordinal: number,
  options: Delivery,
  giveUp?: (blockedMs: number) => RpcError | null,
): Promise<Position> {
  const { log } = node;
  const resolved = resolve(log, log.streams, log.read(ordinal), options.resolveLinks);
  await out.send(eventMessage(resolved, options.uuids), giveUp);
  const commit = log.index.position(ordinal);
  return { commit, prepare: commit };
}

/**
 * The product drops a live subscription as soon as its buffers are full. Here it must also have taken nothing for a
 * while, because on one thread every large append would fill them at once.
 */
function tooSlow(node: NodeContext, backlog: () => number): (blockedMs: number) => RpcError | null {
  const { liveBuffer, slowConsumerMs } = node.limits;
  return (blockedMs) => (blockedMs >= slowConsumerMs && backlog() > liveBuffer ? consumerTooSlow() : null);
}
