import type { StreamDefinition } from '@parley/domain';
import { decodeEvent, type NewEvent, type ParleyEvent } from '@parley/events';
import { spanning, tracer } from '@parley/platform/tracing';
import {
  type AppendResult,
  CommandRejected,
  EventLogUnavailable,
  type EventLogReader,
  type EventLogWriter,
  type SnapshotStore,
} from '@parley/ports';
import { decideRound, type Round } from './decide-round.js';
import { featureUnavailable, foreseen, overloaded } from './rejections.js';
import { StoredStream } from './stored-stream.js';
import type { StreamTask } from './stream-task.js';

/** What owners need from outside, shared by all of them. */
export interface OwnerServices {
  readonly reader: EventLogReader;
  readonly writer: EventLogWriter;
  readonly snapshots: SnapshotStore;
  readonly onAppend: (events: number) => void;
  /** Of something unforeseen; the callers are told `internal`. */
  readonly onError: (error: unknown, stream: string) => void;
}

/** Tasks decided for one append. */
const maxTasksPerRound = 256;
/** Tasks waiting at one stream; more are refused as `overloaded`. */
const maxQueued = 4_096;
/** How often others may come in between before the tasks are refused with `conflict`. */
const maxConflicts = 16;
/** How far a look-up may be behind the stream. */
const maxTail = 4_096;

/**
 * Decides the commands on one stream, one after the other, and appends what they decide together: all that is waiting
 * goes out as one append with the exact expected revision, and is answered once that is durable. Owning a stream is
 * only for speed: with two owners at once (two nodes) the expected revision lets one of them win, and the other reads
 * what was written and decides again, for callers in other processes only what they say they still want. Refusals too are given only on a state that was the newest after the command
 * came. When the fate of an append is unknown everything waiting is refused as `log_unavailable` and the state is read
 * anew; repeating a command is harmless.
 */
export class StreamOwner<State, Event extends ParleyEvent> {
  readonly #definition: StreamDefinition<State, Event>;
  readonly #services: OwnerServices;
  readonly #stored: StoredStream<State, Event>;
  #queue: StreamTask<State, Event>[] = [];
  #running = false;
  #answering = 0;
  #whenIdle: (() => void)[] = [];
  /** Set at each use, cleared by the registry as it looks for somebody to evict. */
  used = true;

  constructor(stream: string, definition: StreamDefinition<State, Event>, services: OwnerServices) {
    this.#definition = definition;
    this.#services = services;
    this.#stored = new StoredStream(stream, definition, services.reader, services.snapshots);
  }

  /** Nothing waits and nothing runs. */
  get idle(): boolean {
    return this.#queue.length === 0 && !this.#running && this.#answering === 0;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** The committed state when it is at hand and nothing newer was heard of, else null. */
  peek(): State | null {
    return this.#stored.isCurrent ? this.#stored.state : null;
  }

  /** The committed state, with everything that was in the log before the call. @throws EventLogUnavailable */
  async fresh(): Promise<State> {
    await this.#stored.catchUp();
    return this.#stored.state;
  }

  /** The committed state: read when it is not at hand. @throws EventLogUnavailable */
  async load(): Promise<State> {
    if (!this.#stored.isCurrent) await this.#stored.catchUp();
    return this.#stored.state;
  }

  /** The log has this revision of the stream. */
  hear(revision: number): void {
    this.#stored.hear(revision);
  }

  /** There may be more in the log than was heard of. */
  doubt(): void {
    this.#stored.doubt();
  }

  /** Resolves once nothing waits and nothing runs. */
  settled(): Promise<void> {
    if (this.idle) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  saveBeforeEviction(): void {
    this.#stored.saveBeforeEviction();
  }

  /** Takes the task in; its promise tells the outcome. Decided in this tick when the owner is idle and loaded. */
  submit(task: StreamTask<State, Event>): void {
    this.used = true;
    if (this.#queue.length >= maxQueued) {
      task.reject(overloaded());
      return;
    }
    task.wake = this.#wake;
    this.#queue.push(task);
    this.#schedule();
  }

  readonly #wake = (): void => this.#schedule();

  /** Runs once this tick's other commands are in the queue too. */
  #schedule(): void {
    if (this.#running) return;
    this.#running = true;
    queueMicrotask(() => void this.#run());
  }

  #tellIdle(): void {
    if (this.#whenIdle.length === 0 || !this.idle) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #run(): Promise<void> {
    for (let tasks = this.#take(); tasks.length > 0; tasks = this.#take()) {
      try {
        await this.#process(tasks);
      } catch (error) {
        this.#fail(tasks, error);
      }
    }
    this.#running = false;
    this.#tellIdle();
  }

  /** The next tasks that need not wait, in order; nobody overtakes a waiting task of the same actor. */
  #take(): StreamTask<State, Event>[] {
    if (this.#queue.every((task) => task.ready)) return this.#queue.splice(0, maxTasksPerRound);
    const taken: StreamTask<State, Event>[] = [];
    const left: StreamTask<State, Event>[] = [];
    const waitingActors = new Set<string>();
    for (const task of this.#queue) {
      const { actorId } = task.context;
      if (!task.ready) waitingActors.add(actorId);
      if (taken.length < maxTasksPerRound && !waitingActors.has(actorId)) taken.push(task);
      else left.push(task);
    }
    this.#queue = left;
    return taken;
  }

  async #process(tasks: readonly StreamTask<State, Event>[]): Promise<void> {
    let pending = this.#withoutRepeated(tasks);
    let checked = false;
    for (let conflicts = 0; pending.length > 0;) {
      if (!this.#stored.isCurrent) {
        await this.#stored.catchUp();
        checked = true;
        pending = this.#withoutRepeated(pending);
      }
      pending = this.#withoutLagging(pending);
      const { state, newsAt, revision: base } = this.#stored;
      const from = oldestView(pending);
      const since = from < base ? await this.#eventsBetween(from, base) : noEvents;
      const round = decideRound(this.#definition, { state, newsAt, since }, pending);
      if (round.deferred.length > 0) this.#queue.unshift(...round.deferred);
      pending = round.entries.map(({ task }) => task);
      if (round.encoded.length === 0) {
        if (pending.length > 0 && (!checked || this.#stored.revision !== base)) {
          checked = true;
          if ((await this.#stored.catchUp()) || this.#stored.revision !== base) continue;
        }
        this.#settle(round, 0);
        return;
      }
      const expected = base < 0 ? 'none' : base;
      const result = await this.#append(round, expected);
      if (isOurs(round, result)) {
        this.#stored.advance(round.state, round.encoded, result.revision);
        this.#services.onAppend(round.encoded.length);
        this.#settle(round, result.position, result.revision - round.encoded.length + 1);
        return;
      }
      if (result.outcome === 'conflict' && ++conflicts > maxConflicts) throw new CommandRejected('conflict');
      pending = this.#answerStored(round, result);
      checked = true;
      await this.#stored.catchUp();
    }
  }

  #append({ entries, encoded }: Round<State, Event>, expected: number | 'none'): Promise<AppendResult> {
    const span = tracer?.beginBatch(
      'log append',
      entries.map(({ task }) => task.context.traceparent),
      { kind: 'client', attributes: { 'parley.events': encoded.length } },
    );
    return spanning(span, this.#services.writer.append({ stream: this.#stored.stream, expected, events: encoded }));
  }

  /** The events above one revision, up to and with another. */
  async #eventsBetween(from: number, to: number): Promise<(revision: number) => Iterable<Event>> {
    const { stream } = this.#stored;
    const recorded = await this.#services.reader.readStream(stream, { from: from + 1, limit: to - from });
    const events = recorded.map((one) => ({ revision: one.revision, event: decodeEvent(one).event as Event }));
    return (after) => events.filter(({ revision }) => revision > after).map(({ event }) => event);
  }

  /** Refuses those whose look-up is so far behind the stream that reading the rest would hold up the others. */
  #withoutLagging(tasks: readonly StreamTask<State, Event>[]): readonly StreamTask<State, Event>[] {
    const oldest = this.#stored.revision - maxTail;
    const isLagging = ({ eventsAfter }: StreamTask<State, Event>): boolean =>
      eventsAfter !== null && eventsAfter < oldest;
    if (!tasks.some(isLagging)) return tasks;
    const [lagging, others] = partition(tasks, isLagging);
    for (const task of lagging) task.reject(featureUnavailable('the message history is too far behind'));
    return others;
  }

  #settle(round: Round<State, Event>, position: number, firstRevision = 0): void {
    for (const { task, outcome } of round.entries) {
      switch (outcome.kind) {
        case 'accepted':
          task.written(outcome.events, outcome.events.length === 0 ? 0 : position);
          break;
        case 'same': {
          const event = round.encoded[outcome.first] as NewEvent;
          task.repeated({ ...event, stream: this.#stored.stream, revision: firstRevision + outcome.first, position });
          break;
        }
        case 'refused':
          this.#unlessStored(task, () => task.refused(outcome.refusal));
          break;
        case 'failed':
          this.#unlessStored(task, () => this.#reject(task, outcome.error));
          break;
      }
    }
  }

  /** Answers those that the log says it has; the others are to be decided again. */
  #answerStored(round: Round<State, Event>, result: AppendResult): StreamTask<State, Event>[] {
    const tasks = round.entries.map(({ task }) => task);
    if (result.outcome === 'conflict') return tasks;
    const stored =
      result.outcome === 'duplicate'
        ? new Set(result.places.map(({ eventId }) => eventId))
        : new Set(round.encoded.map(({ eventId }) => eventId));
    const [known, others] = partition(tasks, (task) => task.onceId !== null && stored.has(task.onceId));
    if (known.length === 0) throw new Error('the log names duplicates that were not in the append');
    for (const task of known)
      this.#unlessStored(task, () => this.#reject(task, new Error('a duplicate that is not in the log')));
    return others;
  }

  /** Answers those that were decided not long ago; the others are to be decided. */
  #withoutRepeated(tasks: readonly StreamTask<State, Event>[]): readonly StreamTask<State, Event>[] {
    const isRecent = ({ onceId }: StreamTask<State, Event>): boolean =>
      onceId !== null && this.#stored.hasRecent(onceId);
    if (!tasks.some(isRecent)) return tasks;
    const [known, others] = partition(tasks, isRecent);
    for (const task of known)
      this.#unlessStored(task, () => this.#reject(task, new Error('a recent event that is not in the log')));
    return others;
  }

  /** Once said is said: a command with an id of its own is answered from the log, whatever the rules say now. */
  #unlessStored(task: StreamTask<State, Event>, otherwise: () => void): void {
    if (task.onceId === null) {
      otherwise();
      return;
    }
    this.#answering++;
    this.#services.reader
      .findEvent(task.onceId, this.#stored.stream)
      .then((stored) => (stored === null ? otherwise() : task.repeated(stored)))
      .catch((error: unknown) => this.#reject(task, error))
      .finally(() => {
        this.#answering--;
        this.#tellIdle();
      });
  }

  #fail(tasks: readonly StreamTask<State, Event>[], error: unknown): void {
    this.#stored.drop();
    const failed = new Set(tasks);
    const everybody = error instanceof EventLogUnavailable;
    const [gone, left] = partition(this.#queue, (task) => everybody || failed.has(task));
    this.#queue = left;
    for (const task of [...tasks, ...gone]) this.#reject(task, error);
  }

  #reject(task: StreamTask<State, Event>, error: unknown): void {
    const known = foreseen(error);
    if (known === null) this.#services.onError(error, this.#stored.stream);
    task.reject(known ?? new CommandRejected('internal'));
  }
}

/**
 * Whether the append wrote this round. A repetition of nothing but events that have ids for ever may stem from others,
 * with other content; where a random id is among them, it was this very append, sent twice by the adapter.
 */
function isOurs<State, Event>(
  round: Round<State, Event>,
  result: AppendResult,
): result is Extract<AppendResult, { outcome: 'appended' }> {
  if (result.outcome !== 'appended') return false;
  return (
    !result.repeated ||
    round.entries.some(
      ({ task, outcome }) => task.onceId === null && outcome.kind === 'accepted' && outcome.events.length > 0,
    )
  );
}

/** The revision of the oldest look-up among them. */
function oldestView(tasks: readonly { readonly eventsAfter: number | null }[]): number {
  let oldest = Infinity;
  for (const { eventsAfter } of tasks) if (eventsAfter !== null && eventsAfter < oldest) oldest = eventsAfter;
  return oldest;
}

const noEvents = (): Iterable<never> => [];

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const yes: T[] = [];
  const no: T[] = [];
  for (const item of items) (test(item) ? yes : no).push(item);
  return [yes, no];
}
