import { encodeEvent, type ParleyEvent } from '@parley/events';
import {
  type DeliveryReader,
  type OperationOf,
  type ParkedOperation,
  type ParkedPage,
  parkedPageOf,
  type PartitionBatch,
  type PartitionCheckpoint,
  type PartitionProjector,
  type ProjectionBatch,
  type ProjectionName,
  type ProjectionStore,
} from '@parley/ports';
import { projectionGroups, startPartitionProjector } from '@parley/projector';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Scene } from './scene.js';

type Operation = OperationOf<ProjectionName>;

/** Operations by the position of their event, as idempotent as rows are; fails now and then when told to. */
class OperationStore implements ProjectionStore<Operation> {
  readonly operations = new Map<number, readonly Operation[]>();
  saved = 0;
  failing = 0;
  readonly #parked: ParkedOperation[] = [];

  async checkpoint() {
    return this.saved;
  }
  async apply({ operations, parked, checkpoint }: ProjectionBatch<Operation>) {
    if (Math.random() < this.failing) throw new Error('the store is away');
    for (const [position, all] of Map.groupBy(operations, (operation) => operation.position)) {
      this.operations.set(position, all);
    }
    if (Math.random() < this.failing) throw new Error('the store broke off');
    this.#parked.push(...parked);
    this.saved = Math.max(this.saved, checkpoint);
  }
  async applyParked() {
    throw new Error('nothing is parked here');
  }
  async parked(page?: ParkedPage) {
    return parkedPageOf(
      this.#parked.map((event) => ({ ...event, parkedAt: 0 })),
      page,
    );
  }
  async close() {
    // The next to open it goes on.
  }
}

const nothingToRead = new Proxy({} as DeliveryReader, { get: () => async () => null });

describe('projectors on Kafka', () => {
  const scenes: Scene[] = [];
  const projectors: PartitionProjector[] = [];
  afterEach(async () => {
    for (const projector of projectors.splice(0)) await projector.stop();
    for (const scene of scenes.splice(0)) await scene.close();
  });

  it('end with what the log says and miss no delivery unnoticed, through failing stores and changing owners', async () => {
    const scene = await Scene.open({ sessionTimeoutMs: 3_000, heartbeatMs: 300 });
    scenes.push(scene);
    const stores = new Map<string, OperationStore>();
    const storeOf = (name: ProjectionName, partition: number): OperationStore => {
      const key = `${name} ${partition}`;
      const store = stores.get(key) ?? new OperationStore();
      stores.set(key, store);
      return store;
    };
    const published: PartitionBatch[] = [];
    const progress = new Map<string, PartitionCheckpoint>();
    const start = () => {
      const projector = startPartitionProjector(projectionGroups.timeline, {
        group: 'timeline',
        feed: scene.feed,
        log: scene.log,
        // One store serves all projections of these tests: operations are only kept.
        openStore: async ({ name }, partition) => storeOf(name, partition),
        deliveries: { reader: nothingToRead, publisher: { publish: async (batch) => void published.push(batch) } },
        progress: {
          tell: (checkpoint) => void progress.set(`${checkpoint.projection} ${checkpoint.partition}`, checkpoint),
          subscribe: () => () => undefined,
        },
        deadLetters: scene.engine.deadLetters,
        onStatus: () => undefined,
      });
      projectors.push(projector);
      return projector;
    };
    const conversations = 20;
    const sequences = Array.from({ length: conversations }, () => 0);
    const write = (event: ParleyEvent, stream: string) => {
      const encoded = encodeEvent(event, { eventId: randomUUID(), time: Date.now(), metadata: { actorId: 'usr_a' } });
      return scene.append(stream, encoded);
    };
    for (let index = 0; index < conversations; index++) await write(startOf(index), `conversation-cnv_${index}`);
    const ending = new AbortController();
    const writer = (async () => {
      while (!ending.signal.aborted) {
        const index = Math.floor(Math.random() * conversations);
        sequences[index] = (sequences[index] ?? 0) + 1;
        await write(messageOf(sequences[index]), `conversation-cnv_${index}`);
        await pause(2);
      }
    })();
    scene.relay();
    const first = start();
    await vi.waitFor(() => expect(first.status()[0]?.state).toBe('live'), { timeout: 30_000 });
    for (const store of stores.values()) store.failing = 0.1;
    const second = start();
    await vi.waitFor(() => expect(second.status()[0]?.partitions).toHaveLength(3), { timeout: 30_000 });
    await pause(1_000);
    await first.stop();
    await vi.waitFor(() => expect(second.status()[0]?.partitions).toHaveLength(6), { timeout: 30_000 });
    for (const store of stores.values()) store.failing = 0;
    await pause(500);
    ending.abort();
    await writer;
    const { lastPosition } = await scene.log.info();
    await vi.waitFor(
      () => {
        expect(second.status().map(({ state, position }) => [state, position])).toEqual(
          projectionGroups.timeline.map(() => ['live', lastPosition]),
        );
        expect([...stores.values()].map(({ saved }) => saved)).toEqual([...stores.values()].map(() => lastPosition));
      },
      { timeout: 30_000, interval: 50 },
    );
    expect([...progress.values()].map(({ position }) => position)).toEqual(
      [...progress.values()].map(() => lastPosition),
    );

    // Rows: those of every event, in the store of its partition, and no others.
    const messages = (await scene.whole()).filter(({ type }) => type === 'MessageSent.v1');
    for (const event of messages) {
      const store = storeOf('history', scene.feed.partitionOf(event.stream));
      expect(store.operations.get(event.position)).toMatchObject([{ type: 'add-message', position: event.position }]);
    }
    const rows = [...stores].filter(([key]) => key.startsWith('history')).map(([, { operations }]) => operations.size);
    expect(rows.reduce((sum, size) => sum + size, 0)).toBe((await scene.log.info()).events);

    // Deliveries: a gateway that follows `previous` has each message or knows that it must read again.
    for (let partition = 0; partition < scene.feed.partitions; partition++) {
      const own = messages.filter(({ stream }) => scene.feed.partitionOf(stream) === partition);
      expect(
        missed(
          published.filter((batch) => batch.partition === partition),
          own.map(({ position }) => position),
        ),
      ).toEqual([]);
    }
    expect(published.flatMap(({ deliveries }) => deliveries).length).toBeGreaterThan(messages.length / 4);
  });
});

/** Positions that a gateway would neither have been given nor have had a reason to read. */
function missed(batches: readonly PartitionBatch[], positions: readonly number[]): readonly number[] {
  const have = new Set<number>();
  let at = -1;
  for (const { previous, position, deliveries } of batches) {
    // A hole: it reads everything up to the safe position, which is at least this one.
    if (previous !== at) for (const each of positions) if (each <= previous) have.add(each);
    for (const delivery of deliveries) have.add(delivery.position);
    at = position;
  }
  return positions.filter((position) => !have.has(position));
}

const startOf = (index: number): ParleyEvent => ({
  type: 'ConversationStarted.v1',
  data: {
    conversationId: `cnv_${index}`,
    kind: 'group',
    title: null,
    description: null,
    members: [{ userId: 'usr_a', role: 'owner' }],
    startedBy: 'usr_a',
  },
});

const messageOf = (sequence: number): ParleyEvent => ({
  type: 'MessageSent.v1',
  data: {
    sequence,
    messageId: `msg_${sequence}`,
    clientMessageId: `c${sequence}`,
    senderId: 'usr_a',
    content: { type: 'text.v1', text: 'hi' },
  },
});
