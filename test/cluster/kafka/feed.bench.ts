import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { NewEvent } from '@parley/events';
import { Scene } from './scene.js';

// How fast the log gets through the relay and Kafka to a consumer that does nothing, on this machine, and what it costs.
//   KAFKA_BROKERS=127.0.0.1:9092 node test/dist/cluster/kafka/feed.bench.js [RATE…]      events a second, default 200 1000
//   KAFKA_BROKERS=127.0.0.1:9092 node test/dist/cluster/kafka/feed.bench.js max [EVENTS]

const seconds = 15;
const warmUpSeconds = 5;

const anEvent = (): NewEvent => ({
  eventId: randomUUID(),
  type: 'MessageSent.v1',
  data: JSON.stringify({ sequence: 1, text: 'x'.repeat(180) }),
  metadata: '{"actorId":"usr_0123456789abcdef"}',
  time: Date.now(),
});
const aStream = (): string => `conversation-cnv_${Math.floor(Math.random() * 200)}`;

function percentile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(1);
}

interface Watch {
  readonly acknowledged: Map<number, number>;
  readonly latencies: number[];
  takes: number;
  events: number;
}

function watch(scene: Scene): Watch & { readonly partitions: () => number } {
  const acknowledged = new Map<number, number>();
  const watched = { acknowledged, latencies: [] as number[], takes: 0, events: 0 };
  const consumer = scene.consumer({
    before: async (_, { events }) => {
      const now = performance.now();
      watched.takes++;
      watched.events += events.length;
      for (const { position } of events) {
        const since = acknowledged.get(position);
        if (since !== undefined) watched.latencies.push(now - since);
      }
    },
  });
  return Object.assign(watched, { partitions: () => consumer.partitions.length });
}

async function append(scene: Scene, watched: Watch | null): Promise<void> {
  const result = await scene.log.append({ stream: aStream(), expected: 'any', events: [anEvent()] });
  if (result.outcome === 'appended') watched?.acknowledged.set(result.position, performance.now());
}

async function load(scene: Scene, rate: number, forSeconds: number, watched: Watch | null): Promise<void> {
  const began = performance.now();
  for (let sent = 0, elapsed = 0; elapsed < forSeconds; elapsed = (performance.now() - began) / 1_000) {
    for (const due = Math.floor(elapsed * rate); sent < due; sent++) void append(scene, watched);
    await pause(1);
  }
}

async function atRate(rate: number): Promise<void> {
  const scene = await Scene.open();
  const { relay } = scene.relay();
  const watched = watch(scene);
  while (watched.partitions() < scene.feed.partitions || relay.status().state !== 'relaying') await pause(20);
  await load(scene, rate, warmUpSeconds, null);
  watched.takes = 0;
  const before = process.cpuUsage();
  await load(scene, rate, seconds, watched);
  const { user, system } = process.cpuUsage(before);
  await scene.settled();
  const sorted = watched.latencies.sort((a, b) => a - b);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(sorted, share));
  const cpu = ((user + system) / 10_000 / seconds).toFixed(0);
  console.log(
    `${rate}/s: from acknowledged to taken p50 ${p50}, p95 ${p95}, p99 ${p99} ms of ${sorted.length}; ` +
      `${(watched.takes / seconds).toFixed(0)} takes a second; ${cpu} % of a core`,
  );
  await scene.close();
}

async function asFastAsPossible(count: number): Promise<void> {
  const scene = await Scene.open();
  for (let written = 0; written < count; written += 512) {
    const anAppend = () => ({
      stream: aStream(),
      expected: 'any' as const,
      events: Array.from({ length: 64 }, anEvent),
    });
    await Promise.all(Array.from({ length: 8 }, () => scene.log.append(anAppend())));
  }
  const { lastPosition } = await scene.log.info();
  const report = async (what: string, done: () => boolean): Promise<void> => {
    const [began, before] = [performance.now(), process.cpuUsage()];
    while (!done()) await pause(2);
    const { user, system } = process.cpuUsage(before);
    const perSecond = lastPosition / ((performance.now() - began) / 1_000);
    console.log(
      `${what}: ${perSecond.toFixed(0)} events a second, ${((user + system) / lastPosition).toFixed(1)} µs each`,
    );
  };
  const { relay } = scene.relay();
  while (relay.status().state !== 'relaying') await pause(2);
  await report('relay', () => relay.status().position >= lastPosition);
  const watched = watch(scene);
  while (watched.events === 0) await pause(2);
  await report('feed', () => watched.events >= lastPosition);
  await scene.close();
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'max') await asFastAsPossible(Number(rest[0] ?? 200_000));
else for (const rate of first === undefined ? [200, 1_000] : [first, ...rest].map(Number)) await atRate(rate);
