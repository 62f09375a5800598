import type { RecordedEvent } from '@parley/events';
import {
  type AllPage,
  type AppendRequest,
  type AppendResult,
  type EventBatch,
  type EventLogReader,
  EventLogUnavailable,
  type EventLogWriter,
  type EventSubscription,
  type LogInfo,
  type ReadAllOptions,
  type ReadStreamOptions,
  type SnapshotStore,
  type StreamInfo,
  type SubscribeOptions,
} from '@parley/ports';
import type { Incarnation } from '../engine/incarnation.js';
import type { Bugs } from '../world/bugs.js';
import type { LogServer } from './log-server.js';
import type { Network } from './network.js';

export interface LogClientParts {
  readonly network: Network;
  readonly machine: string;
  readonly actor: Incarnation;
  readonly bugs: Bugs;
  /** The process that has the log now; null: it is down. */
  server(): LogServer | null;
}

/** A question that is not answered in this time has failed, ms. */
const answerMs = 2_000;
const retryMs = 200;
/** Where no news reach, the log is looked at again after so long, ms. */
const lookEveryMs = 500;

/** The ports of the event log as a process of another machine has them. */
export class LogClient implements EventLogReader, EventLogWriter, SnapshotStore {
  readonly #parts: LogClientParts;
  readonly #awaitingNews = new Set<() => void>();
  #heard: LogServer | null = null;

  constructor(parts: LogClientParts) {
    this.#parts = parts;
  }

  append(request: AppendRequest): Promise<AppendResult> {
    return this.#ask<AppendResult>((server, answer) => {
      server.append(request, answer);
    });
  }

  readStream(stream: string, options?: ReadStreamOptions): Promise<readonly RecordedEvent[]> {
    return this.#ask((server, answer) => answer(server.readStream(stream, options)));
  }

  readAll(options?: ReadAllOptions): Promise<AllPage> {
    return this.#ask((server, answer) => answer(server.readAll(options)));
  }

  findEvent(eventId: string, stream: string): Promise<RecordedEvent | null> {
    return this.#ask((server, answer) => answer(server.findEvent(eventId, stream)));
  }

  async streamInfo(stream: string): Promise<StreamInfo | null> {
    const [last] = await this.readStream(stream, { direction: 'backwards', limit: 1 });
    if (last === undefined) return null;
    const { revision, position, time } = last;
    return { events: revision + 1, lastRevision: revision, lastPosition: position, lastTime: time };
  }

  info(): Promise<LogInfo> {
    return this.#ask((server, answer) => answer(server.info()));
  }

  subscribe(options: SubscribeOptions): EventSubscription {
    return new LogTail(this, options, this.#parts.bugs);
  }

  load(stream: string, version: number): Promise<{ readonly revision: number; readonly state: string } | null> {
    return this.#ask((server, answer) => answer(server.snapshots.get(`${stream}@${version}`) ?? null));
  }

  save(stream: string, version: number, revision: number, state: string): void {
    const key = `${stream}@${version}`;
    this.#ask((server, answer: (done: true) => void) => {
      if (revision > (server.snapshots.get(key)?.revision ?? -1)) server.snapshots.set(key, { revision, state });
      answer(true);
    }).catch(() => undefined);
  }

  /** Resolves when there may be something new. A hint: it may be lost. */
  news(): Promise<void> {
    this.#listen();
    return new Promise((resolve) => this.#awaitingNews.add(resolve));
  }

  #listen(): void {
    const { network, machine, actor, server } = this.#parts;
    const now = server();
    if (now === null || now === this.#heard) return;
    this.#heard = now;
    const end = now.onNews(() => {
      if (network.loses('log', machine)) return;
      network.scheduler.after(network.delay('log', machine), actor, () => {
        for (const wake of this.#awaitingNews) wake();
        this.#awaitingNews.clear();
      });
    });
    actor.onEnd(end);
  }

  #ask<T>(work: (server: LogServer, answer: (value: T) => void) => void): Promise<T> {
    const { network, machine, actor } = this.#parts;
    if (!actor.step()) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      const timeout = network.scheduler.after(answerMs, actor, () => {
        reject(new EventLogUnavailable('the log does not answer'));
      });
      const answer = (value: T): void => {
        if (network.loses('log', machine)) return;
        network.scheduler.after(network.delay('log', machine), actor, () => {
          timeout.cancelled = true;
          resolve(value);
        });
      };
      const copies = network.random.chance(network.profile.duplicate) ? 2 : 1;
      for (let i = 0; i < copies; i++) this.#deliver((server) => work(server, answer), reject);
    });
  }

  #deliver(work: (server: LogServer) => void, reject: (error: Error) => void): void {
    const { network, machine, actor, server } = this.#parts;
    if (network.loses(machine, 'log')) return;
    const delay = network.delay(machine, 'log');
    const reached = server();
    if (reached !== null) network.scheduler.after(delay, reached.actor, () => work(reached));
    else network.scheduler.after(2 * delay, actor, () => reject(new EventLogUnavailable('the log is down')));
  }
}

/** Past and live by the same reads; news only say when to look again. */
class LogTail implements EventSubscription {
  readonly #ended = Promise.withResolvers<void>();
  #closed = false;

  constructor(
    private readonly log: LogClient,
    private readonly options: SubscribeOptions,
    private readonly bugs: Bugs,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<EventBatch, void, void> {
    const { filter, maxBatch: limit = 1_024 } = this.options;
    let { after } = this.options;
    while (!this.#closed) {
      const early = this.bugs.losesWakeUp ? null : this.log.news();
      const page = await this.log
        .readAll({ after, limit, ...(filter === undefined ? {} : { filter }) })
        .catch(() => null);
      if (page === null) await Promise.race([pause(retryMs), this.#ended.promise]);
      else if (page.considered > after) {
        after = page.considered;
        yield { events: page.events, checkpoint: after, live: page.atEnd };
      } else if (early === null) await Promise.race([this.log.news(), this.#ended.promise]);
      else await Promise.race([early, pause(lookEveryMs), this.#ended.promise]);
    }
  }

  close(): void {
    this.#closed = true;
    this.#ended.resolve();
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
