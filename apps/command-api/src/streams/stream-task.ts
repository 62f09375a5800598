import type { Decision, Refusal } from '@parley/domain';
import type { EventMetadata, RecordedEvent } from '@parley/events';
import type { CommandContext } from '@parley/ports';
import { rejectionOf } from './rejections.js';

/** What a decision may ask of its owner besides the state. */
export interface Turn<Event> {
  /** When the state last took in what others wrote, `performance.now()`. */
  readonly newsAt: number;
  /** The stream's events above a revision up to this very moment, in order: only those above the task's `eventsAfter`. */
  since(revision: number): Iterable<Event>;
}

/** One command that waits for its turn at the owner of its stream, as the owner sees it. */
export interface StreamTask<State, Event> {
  readonly context: CommandContext;
  /** False while a look-up runs or the caller is asked: the task waits, and its actor's later ones behind it; the others pass. */
  readonly ready: boolean;
  /** Set by a look-up that knows the stream up to this revision: the decision needs the events above it. */
  readonly eventsAfter: number | null;
  /** Id of its first event, when that names the command for ever: a repetition is then answered from the log. */
  readonly onceId: string | null;
  /** Tells the owner that the task is ready again. Set by the owner. */
  wake: () => void;
  /**
   * Asked before every decision: false when the caller must say first that it waits for it still, now that the state has
   * taken in what others wrote. It is being asked: decide again when ready.
   * @throws CommandRejected when nobody waits for it any more
   */
  isWanted(newsAt: number): boolean;
  /**
   * Called in the order of arrival on the running state, and again on a newer one when somebody else appended in
   * between: the only side effect may be to start a look-up. `wait`: one was started, decide again when ready.
   * @throws CommandRejected as another way to refuse
   */
  decide(state: State, turn: Turn<Event>): Decision<Event> | 'wait';
  metadata(): EventMetadata;
  /** Its events are durable, the last one at or before `position`; or there was nothing to do: no events, position 0. */
  written(events: readonly Event[], position: number): void;
  /** Only with a `onceId`: the event with this id is in the log already, perhaps from another command. */
  repeated(stored: RecordedEvent): void;
  refused(refusal: Refusal): void;
  reject(error: unknown): void;
}

/** What all commands on streams share: a promise of the outcome, and waiting for look-ups and for the caller. */
export abstract class CommandTask<State, Event, Result> implements StreamTask<State, Event> {
  /** Settles when the outcome is durable. */
  readonly done: Promise<Result>;
  readonly context: CommandContext;
  ready = true;
  eventsAfter: number | null = null;
  readonly onceId: string | null = null;
  wake: () => void = () => undefined;
  readonly reject: (error: unknown) => void;
  protected readonly resolve: (result: Result) => void;
  #failure: { readonly error: unknown } | null = null;

  constructor(context: CommandContext) {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.done = promise;
    this.resolve = resolve;
    this.reject = reject;
    this.context = context;
  }

  isWanted(newsAt: number): boolean {
    const { caller } = this.context;
    if (caller === undefined) return true;
    this.throwIfFailed();
    if (caller.isHeard(newsAt)) return true;
    this.waitFor(caller.hear(newsAt), () => undefined);
    return false;
  }

  abstract decide(state: State, turn: Turn<Event>): Decision<Event> | 'wait';
  abstract written(events: readonly Event[], position: number): void;

  repeated(_stored: RecordedEvent): void {
    this.reject(new Error('a task without an id of its own was answered as repeated'));
  }

  refused(refusal: Refusal): void {
    this.reject(rejectionOf(refusal));
  }

  metadata(): EventMetadata {
    const { actorId, correlationId, traceparent } = this.context;
    return traceparent === undefined ? { actorId, correlationId } : { actorId, correlationId, traceparent };
  }

  /** Waits for a look-up. When it fails, the next `throwIfFailed` throws its error. */
  protected waitFor<T>(lookUp: Promise<T>, found: (value: T) => void): 'wait' {
    this.ready = false;
    const proceed = (): void => {
      this.ready = true;
      this.wake();
    };
    lookUp.then(found).then(proceed, (error: unknown) => {
      this.#failure = { error };
      proceed();
    });
    return 'wait';
  }

  protected throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}
