import { openEventLog, type EmbeddedEventLog } from '@parley/embedded';
import type { NewEvent, RecordedEvent } from '@parley/events';
import { KafkaEngine, parseKafkaUrl, type KafkaSettings } from '@parley/kafka';
import { createLogger } from '@parley/platform';
import type { EventFeed, FeedBatch, FeedMembership } from '@parley/ports';
import { Relay } from '@parley/projector';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { differences, RecordingStore } from './recording-stores.js';

/** Where the tests find Kafka. */
export function brokers(): string {
  const named = process.env['KAFKA_BROKERS'];
  if (named === undefined || named === '') {
    throw new Error('KAFKA_BROKERS is not set: start Kafka (npm run engines:up) and name it, as in 127.0.0.1:9092');
  }
  return named;
}

export interface ConsumerOptions {
  /** Before a batch is applied; a rejection keeps it from being. */
  readonly before?: (partition: number, batch: FeedBatch, signal: AbortSignal) => Promise<void>;
  readonly group?: string;
  readonly stores?: readonly RecordingStore[];
}

export interface Consumer extends FeedMembership {
  /** What happened to partitions, such as `begin 3`. */
  readonly events: readonly string[];
}

/** A log, a topic of its own, and stores that every consumer of a group shares, as Cassandra is shared. */
export class Scene {
  readonly stores: readonly RecordingStore[];
  readonly prefix: string;
  readonly #ends: (() => Promise<unknown>)[] = [];
  readonly #revisions = new Map<string, number>();

  private constructor(
    readonly log: EmbeddedEventLog,
    readonly engine: KafkaEngine,
    readonly feed: EventFeed,
    settings: { readonly prefix: string },
  ) {
    this.prefix = settings.prefix;
    this.stores = this.freshStores();
  }

  static async open(settings: Partial<KafkaSettings> = {}, at = brokers()): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), 'parley-kafka-'));
    const log = await openEventLog(folder);
    const prefix = settings.prefix ?? `test-${randomUUID()}.`;
    const engine = Scene.engine({ ...settings, prefix }, at);
    const scene = new Scene(log, engine, engine.feed(log), { prefix });
    scene.#ends.push(async () => {
      await engine.close();
      await log.close();
      rmSync(folder, { recursive: true });
    });
    await engine.prepare();
    return scene;
  }

  static engine(settings: Partial<KafkaSettings>, at = brokers()): KafkaEngine {
    const logger = createLogger(process.env['LOG_LEVEL'] ?? 'silent');
    return new KafkaEngine({ address: parseKafkaUrl(`kafka://${at}`), logger, ...settings });
  }

  freshStores(): readonly RecordingStore[] {
    return Array.from({ length: this.feed.partitions }, () => new RecordingStore());
  }

  /** Ends everything, the last first. */
  async close(): Promise<void> {
    for (const end of this.#ends.splice(0).toReversed()) await end();
  }

  /** Events of many conversations, their receipts and people, one append each. */
  async write(count: number): Promise<void> {
    const kinds = ['conversation-cnv', 'conversation-cnv', 'receipts-cnv', 'user-usr'];
    await Promise.all(
      Array.from({ length: count }, () => {
        const kind = kinds[Math.floor(Math.random() * kinds.length)];
        return this.append(`${kind}_${Math.floor(Math.random() * 40)}`);
      }),
    );
  }

  async append(stream: string, event: Partial<NewEvent> = {}): Promise<void> {
    const revision = (this.#revisions.get(stream) ?? -1) + 1;
    this.#revisions.set(stream, revision);
    const data = JSON.stringify({ revision, text: 'x'.repeat(100) });
    const facts = { eventId: randomUUID(), type: 'MessageSent.v1', data, metadata: '{"actorId":"usr_a"}' };
    await this.log.append({ stream, expected: 'any', events: [{ ...facts, time: Date.now(), ...event }] });
  }

  /** Writes until told to stop, so many a second. */
  keepWriting(perSecond: number): { stop(): Promise<void> } {
    const ending = new AbortController();
    const each = 20;
    const loop = (async () => {
      while (!ending.signal.aborted) {
        await this.write(Math.ceil((perSecond * each) / 1_000));
        await pause(each);
      }
    })();
    const stop = (): Promise<void> => {
      ending.abort();
      return loop;
    };
    this.#ends.push(stop);
    return { stop };
  }

  /** `stop`: from one moment to the next, whatever is on its way. */
  relay(): { readonly relay: Relay; stop(): Promise<void> } {
    const logger = createLogger(process.env['LOG_LEVEL'] ?? 'silent');
    const relay = new Relay({ log: this.log, topic: this.engine.topic, logger });
    const ending = new AbortController();
    const run = relay.run(ending.signal);
    const stop = (): Promise<void> => {
      ending.abort();
      return run;
    };
    this.#ends.push(stop);
    return { relay, stop };
  }

  consumer({ before, group = 'timeline', stores = this.stores }: ConsumerOptions = {}): Consumer {
    const events: string[] = [];
    const membership = this.feed.join(group, {
      begin: async (partition) => {
        events.push(`begin ${partition}`);
        return stores[partition]?.checkpoint ?? 0;
      },
      take: async (partition, batch, signal) => {
        await before?.(partition, batch, signal);
        signal.throwIfAborted();
        stores[partition]?.apply(batch);
      },
      end: (partition) => events.push(`end ${partition}`),
    });
    this.#ends.push(() => membership.close());
    return Object.assign(membership, { events });
  }

  /** Until consumers have everything. @throws when that takes too long */
  async settled(stores = this.stores, timeout = 60_000): Promise<void> {
    const { lastPosition } = await this.log.info();
    const late = (): string[] =>
      stores.flatMap(({ checkpoint }, partition) =>
        checkpoint < lastPosition ? [`${partition} at ${checkpoint}`] : [],
      );
    for (const until = performance.now() + timeout; late().length > 0; await pause(20)) {
      if (performance.now() > until) throw new Error(`of ${lastPosition}: ${late().join(', ')}`);
    }
  }

  async whole(): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for (let after = 0, atEnd = false; !atEnd;) {
      const page = await this.log.readAll({ after, limit: 4_096 });
      events.push(...page.events);
      after = page.considered;
      atEnd = page.atEnd;
    }
    return events;
  }

  /** What is wrong with the stores once they have everything; nothing, if they are exactly what the log says. */
  async differences(stores = this.stores): Promise<readonly string[]> {
    await this.settled(stores);
    return differences(stores, await this.whole());
  }
}
