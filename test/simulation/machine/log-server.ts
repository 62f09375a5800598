import type { RecordedEvent } from '@parley/events';
import type { AllPage, AppendRequest, AppendResult, LogInfo, ReadAllOptions, ReadStreamOptions } from '@parley/ports';
import { Incarnation } from '../engine/incarnation.js';
import type { Random } from '../engine/random.js';
import type { Scheduler } from '../engine/scheduler.js';
import type { Trace } from '../engine/trace.js';
import type { Bugs } from '../world/bugs.js';
import type { LogDisk } from './log-disk.js';
import { LogState, passes } from './log-state.js';

interface Waiting {
  readonly request: AppendRequest;
  readonly answer: (result: AppendResult) => void;
}

export interface LogServerParts {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly random: Random;
  readonly disk: LogDisk;
  readonly bugs: Bugs;
}

/** One life of the process that has the event log: group commit, and nobody sees what is not durable. */
export class LogServer {
  readonly actor: Incarnation;
  readonly #parts: LogServerParts;
  readonly #state: LogState;
  readonly #snapshots: Map<string, { readonly revision: number; readonly state: string }>;
  readonly #listeners = new Set<() => void>();
  #waiting: Waiting[] = [];
  #writing = false;
  /** Positions up to here are durable. */
  #durable: number;

  constructor(parts: LogServerParts, number: number, snapshots: LogServer['snapshots']) {
    this.#parts = parts;
    this.#snapshots = snapshots;
    this.actor = new Incarnation('log', number);
    this.actor.onEnd(() => parts.disk.crash());
    const rules = { ignoresRevision: parts.bugs.twoOwners };
    this.#state = new LogState(parts.random, rules, parts.disk.recover());
    this.#durable = this.#state.events.at(-1)?.position ?? 0;
  }

  get snapshots(): Map<string, { readonly revision: number; readonly state: string }> {
    return this.#snapshots;
  }

  /** Everything up to here can be read. */
  get lastPosition(): number {
    return this.#durable;
  }

  /** Called after each commit. */
  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  append(request: AppendRequest, answer: (result: AppendResult) => void): void {
    this.#waiting.push({ request, answer });
    if (!this.#writing) this.#commit();
  }

  readStream(stream: string, options: ReadStreamOptions = {}): readonly RecordedEvent[] {
    const { direction = 'forwards', limit = 512 } = options;
    const events = this.#state.stream(stream).filter(({ position }) => position <= this.#durable);
    if (direction === 'forwards') return events.slice(options.from ?? 0, (options.from ?? 0) + limit);
    const from = Math.min(options.from ?? events.length - 1, events.length - 1);
    return events.slice(Math.max(0, from - limit + 1), from + 1).toReversed();
  }

  readAll({ from, upTo = Infinity, filter, limit = 512, ...options }: ReadAllOptions = {}): AllPage {
    const after = from === undefined ? (options.after ?? 0) : from - 1;
    const highest = Math.min(upTo, this.#durable);
    const first = firstAfter(this.#state.events, after);
    const events: RecordedEvent[] = [];
    let considered = after;
    for (let i = first; i < this.#state.events.length; i++) {
      const event = this.#state.events[i]!;
      if (event.position > highest) break;
      if (passes(event, filter)) {
        if (events.length === limit) return { events, considered, atEnd: false };
        events.push(event);
      }
      considered = event.position;
    }
    return { events, considered, atEnd: true };
  }

  findEvent(eventId: string, stream: string): RecordedEvent | null {
    const event = this.#state.byId(eventId);
    return event?.stream === stream && event.position <= this.#durable ? event : null;
  }

  info(): LogInfo {
    const last = this.#state.events.findLast(({ position }) => position <= this.#durable);
    return { events: null, lastPosition: this.#durable, lastTime: last?.time ?? null };
  }

  #commit(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    const done = batch.map(({ request, answer }) => ({ ...this.#state.append(request), answer, request }));
    const end = this.#state.events.at(-1)?.position ?? 0;
    const early = this.#parts.bugs.acknowledgesEarly;
    if (early) for (const { result, answer } of done) answer(result);
    this.#writing = true;
    const appends = done.map(({ added }) => added).filter((added) => added.length > 0);
    this.#parts.disk.write(appends, () => {
      this.#writing = false;
      this.#durable = end;
      for (const { request, result } of done) {
        this.#parts.trace.note(`append ${request.stream} ${JSON.stringify(result)}`);
      }
      if (!early) for (const { result, answer } of done) answer(result);
      for (const listener of this.#listeners) listener();
      if (this.#waiting.length > 0) this.#commit();
    });
  }
}

/** Index of the first event above a position. */
function firstAfter(events: readonly RecordedEvent[], position: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.position <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
