import type { Refusal, StreamDefinition } from '@parley/domain';
import { encodeEvent, type NewEvent, type ParleyEvent } from '@parley/events';
import { randomEventId } from '@parley/platform';
import type { StreamTask, Turn } from './stream-task.js';

/** The log takes 512 events and 1 MiB in one append; names and places of the events need some of that too. */
const maxEventsPerAppend = 512;
const maxBytesPerAppend = 900_000;

/** A task with what was decided for it. */
interface Entry<State, Event> {
  readonly task: StreamTask<State, Event>;
  readonly outcome: Outcome<Event>;
}

type Outcome<Event> =
  /** `first`: index of its first event in the append. No events: there is nothing to do. */
  | { readonly kind: 'accepted'; readonly events: readonly Event[]; readonly first: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Repeats what another task of this round says: `first` is the place of that one's event. */
  | { readonly kind: 'same'; readonly first: number };

export interface Round<State, Event> {
  /** After all events of the round. */
  readonly state: State;
  readonly encoded: readonly NewEvent[];
  readonly entries: readonly Entry<State, Event>[];
  /** Waiting for a look-up or their caller, or no longer fitting into one append: to be decided later, in this order. */
  readonly deferred: readonly StreamTask<State, Event>[];
}

export interface Start<State, Event> {
  readonly state: State;
  /** When it last took in what others wrote, `performance.now()`. */
  readonly newsAt: number;
  /** The stream's events above a revision that are in `state`. */
  readonly since: (revision: number) => Iterable<Event>;
}

/** Decides one task after the other, each on the state that those before it leave behind. */
export function decideRound<State, Event extends ParleyEvent>(
  definition: StreamDefinition<State, Event>,
  start: Start<State, Event>,
  tasks: readonly StreamTask<State, Event>[],
): Round<State, Event> {
  let { state } = start;
  let bytes = 0;
  const events: Event[] = [];
  const encoded: NewEvent[] = [];
  const entries: Entry<State, Event>[] = [];
  const deferred: StreamTask<State, Event>[] = [];
  const waitingActors = new Set<string>();
  const firsts = new Map<string, number>();
  const turn: Turn<Event> = { newsAt: start.newsAt, since: (revision) => concat(start.since(revision), events) };

  for (const task of tasks) {
    const outcome = attempt(task, state, turn, firsts, waitingActors, encoded.length);
    if (outcome === 'wait') {
      waitingActors.add(task.context.actorId);
      deferred.push(task);
      continue;
    }
    if (outcome.kind === 'accepted' && outcome.events.length > 0) {
      const before = encoded.length;
      bytes += encode(task, outcome.events, encoded);
      if (before > 0 && (encoded.length > maxEventsPerAppend || bytes > maxBytesPerAppend)) {
        encoded.length = before;
        deferred.push(...tasks.slice(entries.length + deferred.length));
        break;
      }
      if (task.onceId !== null) firsts.set(task.onceId, before);
      for (const event of outcome.events) {
        state = definition.evolve(state, event);
        events.push(event);
      }
    }
    entries.push({ task, outcome });
  }
  return { state, encoded, entries, deferred };
}

function attempt<State, Event>(
  task: StreamTask<State, Event>,
  state: State,
  turn: Turn<Event>,
  firsts: ReadonlyMap<string, number>,
  waitingActors: ReadonlySet<string>,
  next: number,
): Outcome<Event> | 'wait' {
  const first = task.onceId === null ? undefined : firsts.get(task.onceId);
  if (first !== undefined) return { kind: 'same', first };
  if (waitingActors.size > 0 && waitingActors.has(task.context.actorId)) return 'wait';
  try {
    if (!task.isWanted(turn.newsAt)) return 'wait';
    const decision = task.decide(state, turn);
    if (decision === 'wait') return 'wait';
    if (!decision.ok) return { kind: 'refused', refusal: decision.refusal };
    return { kind: 'accepted', events: decision.events, first: next };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** Appends the encoded events to `into`; answers about how many bytes they are. */
function encode<State, Event extends ParleyEvent>(
  task: StreamTask<State, Event>,
  events: readonly Event[],
  into: NewEvent[],
): number {
  const { now: time } = task.context;
  const metadata = task.metadata();
  let bytes = 0;
  for (let i = 0; i < events.length; i++) {
    const eventId = i === 0 && task.onceId !== null ? task.onceId : randomEventId();
    const encoded = encodeEvent(events[i] as Event, { eventId, time, metadata });
    bytes += Buffer.byteLength(encoded.data) + encoded.metadata.length + 128;
    into.push(encoded);
  }
  return bytes;
}

function* concat<T>(one: Iterable<T>, other: Iterable<T>): Iterable<T> {
  yield* one;
  yield* other;
}
