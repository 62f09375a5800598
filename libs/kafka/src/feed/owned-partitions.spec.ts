import type { FeedBatch } from '@parley/ports';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryMember, MemoryTopic } from '../testing/memory-cluster.js';
import { MemoryLog } from '../testing/memory-log.js';
import { seededRandom } from '../testing/seeded-random.js';
import { RecordingStore } from '../testing/recording-store.js';
import { partitionOfStream } from '../topic/partition-of.js';
import { recordsOf } from '../topic/topic-records.js';
import { OwnedPartitions } from './owned-partitions.js';

const partitions = 3;

class Relay {
  position = 0;
  constructor(
    private readonly log: MemoryLog,
    private readonly topic: MemoryTopic,
  ) {}

  begin(): void {
    const markers = this.topic.readMarkers().filter((marker) => marker !== null);
    this.position = markers.length === 0 ? 0 : Math.min(...markers);
    this.topic.publish({ after: this.position, events: [], checkpoint: this.position });
  }

  /** `only`: died before all partitions had it. */
  step(limit: number, only?: (partition: number) => boolean): void {
    const events = this.log.after(this.position, limit);
    const checkpoint = events.at(-1)?.position ?? this.position;
    if (checkpoint === this.position) return;
    this.topic.publish({ after: this.position, events, checkpoint }, only);
    if (only === undefined) this.position = checkpoint;
    else this.begin();
  }
}

async function chaos(seed: number): Promise<void> {
  const { below, chance } = seededRandom(seed);
  const log = new MemoryLog();
  const topic = new MemoryTopic(partitions);
  const own = (partition: number) =>
    log.events.filter(({ stream }) => partitionOfStream(stream, partitions) === partition);
  const stores = Array.from({ length: partitions }, (_, partition) => {
    return new RecordingStore((position) =>
      own(partition)
        .map((event) => event.position)
        .filter((each) => each <= position),
    );
  });
  const relays = [new Relay(log, topic), new Relay(log, topic)];
  const members = Array.from({ length: 3 }, () => new MemoryMember(topic, log, stores, 3_000));
  /** Which member the group believes to have each partition; a member may not know it yet. */
  let assignment = Array.from({ length: partitions }, () => 0);
  const inform = (index: number): void =>
    members[index]?.assign([...assignment.keys()].filter((partition) => assignment[partition] === index));
  inform(0);
  let calm = false;
  for (const store of stores) {
    store.fails = () => (calm || !chance(0.15) ? 'no' : (['before', 'half', 'after'] as const)[below(3)]!);
  }
  const steps: readonly (() => void)[] = [
    () => log.write(`conversation-c${below(12)}`, 1 + below(3)),
    () => log.write(`receipts-c${below(12)}`),
    () => relays[below(2)]!.step(1 + below(6)),
    () => relays[0]!.step(1 + below(6)),
    () => relays[below(2)]!.step(1 + below(6), () => chance(0.5)),
    () => relays[below(2)]!.begin(),
    () => members[below(3)]!.fetch(below(partitions), 1 + below(5)),
    () => members[below(3)]!.fetch(below(partitions), 1 + below(5)),
    () => members.forEach((member, index) => member.commit((partition) => assignment[partition] === index)),
  ];
  for (let step = 0; step < 250; step++) {
    const some = below(steps.length + 1);
    if (some < steps.length) steps[some]!();
    else if (chance(0.4)) {
      assignment = assignment.map(() => below(3));
      for (const index of members.keys()) if (chance(0.7)) inform(index);
    } else if (chance(0.3)) {
      const partition = below(partitions);
      topic.truncate(partition, topic.low(partition) + below(15));
    } else inform(below(3));
    if (chance(0.5)) await turn();
  }
  calm = true;
  assignment = assignment.map(() => 1);
  for (const index of members.keys()) inform(index);
  for (const relay of relays) {
    relay.begin();
    while (relay.position < log.lastPosition) relay.step(10);
  }
  await vi.waitFor(
    () => {
      for (let partition = 0; partition < partitions; partition++) members[1]!.fetch(partition, 50);
      for (const [partition, store] of stores.entries()) {
        expect(store.checkpoint).toBe(log.lastPosition);
        expect([...store.rows].sort(([a], [b]) => a - b)).toEqual(
          own(partition).map(({ position, eventId }) => [position, eventId]),
        );
      }
    },
    { timeout: 5_000, interval: 1 },
  );
  expect(stores.flatMap(({ problems }) => problems)).toEqual([]);
  await Promise.all(members.map((member) => member.owned.close()));
}

const offer = (owned: OwnedPartitions, log: MemoryLog, from: number, after = from): void => {
  const records = recordsOf({ after, events: log.after(after), checkpoint: log.lastPosition }, 1)[0] ?? [];
  const placed = records.map((record, index) => ({ offset: from + index, record }));
  owned.offer(0, placed, from + placed.length - 1, from + placed.length);
};
const written = (count: number): MemoryLog => {
  const log = new MemoryLog();
  for (let index = 0; index < count; index++) log.write('conversation-c');
  return log;
};

describe('partitions of a feed', () => {
  const running: OwnedPartitions[] = [];
  afterEach(async () => {
    for (const owned of running.splice(0)) await owned.close();
  });

  const first = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1_000_000));
  it.each(Array.from({ length: 40 }, (_, index) => first + index))(
    'end equal to the log through two relays, crashes, rebalances, zombies, failing stores and deletion by age: seed %i',
    chaos,
  );

  const start = (consumer: Partial<ConstructorParameters<typeof OwnedPartitions>[0]>, log = new MemoryLog()) => {
    const events: string[] = [];
    const owned = new OwnedPartitions(
      {
        begin: async () => 0,
        take: async () => undefined,
        end: (partition) => events.push(`end ${partition}`),
        ...consumer,
      },
      {
        log,
        partitions: 1,
        maxBatch: 10,
        maxWaitingBytes: 2_000,
        retryMs: [1, 5],
        onFull: () => events.push('full'),
        onDrained: () => events.push('drained'),
        onRejected: (_, error) => events.push(`rejected ${String(error)}`),
        onCatchUp: (_, after, upTo) => events.push(`catch up ${after} ${upTo}`),
      },
    );
    running.push(owned);
    return { owned, events, log };
  };
  it('pauses what falls behind and goes on when half of it is done', async () => {
    const gate = Promise.withResolvers<void>();
    const { owned, events } = start({ take: () => gate.promise });
    owned.assign([0]);
    offer(owned, written(12), 0);
    expect(events).toEqual(['full']);
    gate.resolve();
    await vi.waitFor(() => expect(events).toEqual(['full', 'drained']));
    await vi.waitFor(() => expect(owned.untold()).toEqual(new Map([[0, 11]])));
  });

  it('gathers what comes soon after a stretch, until one is full', async () => {
    const taken: number[] = [];
    const take = (_: number, { events }: { events: readonly unknown[] }): Promise<void> => {
      taken.push(events.length);
      return Promise.resolve();
    };
    const { owned } = start({ take, gatherMs: 3_600_000 });
    owned.assign([0]);
    const log = new MemoryLog();
    const say = async (offset: number): Promise<void> => {
      log.write('conversation-c');
      offer(owned, log, offset, offset);
      await new Promise((resolve) => setImmediate(resolve));
    };
    await say(0);
    await vi.waitFor(() => expect(taken).toEqual([1]));
    for (let offset = 1; offset <= 3; offset++) await say(offset);
    expect(taken).toEqual([1]);
    // 2,000 bytes may wait: four records are full.
    await say(4);
    await vi.waitFor(() => expect(taken).toEqual([1, 4]));
  });

  it('tells a signal and counts nothing as taken when it is lost under way, and ends after the take', async () => {
    const gate = Promise.withResolvers<void>();
    let given: AbortSignal | undefined;
    const { owned, events } = start({
      take: (_, __, signal) => {
        given = signal;
        return gate.promise;
      },
    });
    owned.assign([0]);
    offer(owned, written(2), 0);
    await vi.waitFor(() => expect(given).toBeDefined());
    owned.assign([]);
    expect(given?.aborted).toBe(true);
    expect(owned.untold()).toEqual(new Map());
    expect(events).toEqual([]);
    // Ours again before the old stretch has come back: it must not overlap.
    owned.assign([0]);
    await turn();
    expect(events).toEqual([]);
    gate.resolve();
    await vi.waitFor(() => expect(events).toEqual(['end 0']));
    expect(owned.untold()).toEqual(new Map());
  });

  it('reads from the log what the first record says to be missing, then goes on with the records', async () => {
    const log = written(10);
    const taken: FeedBatch[] = [];
    const { owned, events } = start({ begin: async () => 2, take: async (_, batch) => void taken.push(batch) }, log);
    owned.assign([0]);
    offer(owned, log, 100, 7);
    await vi.waitFor(() => expect(taken.at(-1)?.checkpoint).toBe(10));
    expect(events).toEqual(['catch up 2 7']);
    expect(taken.flatMap((batch) => batch.events.map(({ position }) => position))).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    await vi.waitFor(() => expect(owned.untold()).toEqual(new Map([[0, 102]])));
  });

  it('says once that there is nothing more where everything was there already', async () => {
    const log = written(3);
    const taken: FeedBatch[] = [];
    const { owned } = start({ begin: async () => 3, take: async (_, batch) => void taken.push(batch) }, log);
    owned.assign([0]);
    offer(owned, log, 0);
    await vi.waitFor(() => expect(taken).toEqual([{ events: [], checkpoint: 3, live: true }]));
    await vi.waitFor(() => expect(owned.untold()).toEqual(new Map([[0, 2]])));
  });

  it('brings what is rejected again until it is taken, and finishes the stretch at hand before it closes', async () => {
    let tries = 0;
    const slow = Promise.withResolvers<void>();
    const { owned, events } = start({
      take: async () => {
        if (++tries < 4) throw new Error('no');
        await slow.promise;
      },
    });
    owned.assign([0]);
    offer(owned, written(1), 0);
    await vi.waitFor(() => expect(tries).toBe(4));
    expect(events).toEqual(Array.from({ length: 3 }, () => 'rejected Error: no'));
    const finished = owned.finish();
    slow.resolve();
    await finished;
    expect(owned.untold()).toEqual(new Map([[0, 0]]));
    expect(events.at(-1)).toBe('end 0');
  });
});
