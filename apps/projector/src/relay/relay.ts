import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@parley/platform';
import { spanning, traceparentOf, tracer } from '@parley/platform/tracing';
import type { EventBatch, EventLogReader, EventTopic, LogStretch } from '@parley/ports';
import { startPosition } from './start-position.js';
import { untilAborted, untilTime } from '../until.js';

export interface RelayOptions {
  readonly log: Pick<EventLogReader, 'subscribe' | 'info'>;
  readonly topic: EventTopic;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** After each stretch that is on the topic. */
  readonly onPublished?: (position: number, events: number) => void;
}

export interface RelayStatus {
  /** `standby`: another process relays, or nobody told this one to. `failed`: tried again for ever. */
  readonly state: 'standby' | 'relaying' | 'failed';
  /** Everything up to here is on the topic, as far as this relay knows. */
  readonly position: number;
  readonly error?: string;
}

/** While nothing happens that anybody reads, positions move on this often at most, in milliseconds. */
const markEvery = 100;
/** So often the last position is told again, for who comes when age has emptied the topic. */
const remindEvery = 3_600_000;
/** Until a failed publication is tried again, growing. */
const retryAfter = [100, 2_000] as const;
/** The same trouble is told this often at most. */
const warnEvery = 10_000;
const maxBatch = 2_048;

/**
 * Takes the log to the topic, in order, at least once. The next stretch is read when the last one is acknowledged, so
 * that what arrives meanwhile travels together. Its checkpoint is the topic itself: what the partitions are filled up
 * to. Killed in between, or run by two processes at once, it repeats stretches, which readers recognise.
 */
export class Relay {
  #state: RelayStatus['state'] = 'standby';
  #position = 0;
  #error: string | null = null;
  #warned = 0;

  constructor(private readonly options: RelayOptions) {}

  status(): RelayStatus {
    const status = { state: this.#state, position: this.#position };
    return this.#error === null ? status : { ...status, error: this.#error };
  }

  /** Until the signal comes; never rejects. What is on its way then is left to itself. */
  async run(signal: AbortSignal): Promise<void> {
    for (let wait: number = retryAfter[0]; !signal.aborted; wait = Math.min(wait * 2, retryAfter[1])) {
      try {
        const start = await untilAborted(this.#start(), signal);
        if (start !== null) {
          wait = retryAfter[0];
          await this.#follow(start, signal);
        }
      } catch (error) {
        this.#failed(error, 'the relay begins again');
      }
      if (!signal.aborted) await idle(wait, signal);
    }
    this.#state = 'standby';
  }

  async #start(): Promise<number> {
    const { log, topic, logger } = this.options;
    const filled = startPosition(await topic.readMarkers());
    const { lastPosition } = await log.info();
    if (filled > lastPosition) {
      logger.warn(
        { filled, lastPosition },
        'the topic is ahead of the log: if the log was replaced, use another prefix',
      );
    }
    logger.info({ position: filled }, 'relays the log');
    return Math.min(filled, lastPosition);
  }

  async #follow(start: number, signal: AbortSignal): Promise<void> {
    this.#position = start;
    // A word to whoever waits at the end of a topic on which nothing happens.
    if (!(await this.#publish({ after: start, events: [], checkpoint: start }, signal))) return;
    const subscription = this.options.log.subscribe({ after: start, maxBatch });
    const close = (): void => subscription.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      await this.#relay(subscription[Symbol.asyncIterator](), signal);
    } finally {
      signal.removeEventListener('abort', close);
      subscription.close();
    }
  }

  async #relay(source: AsyncIterator<EventBatch>, signal: AbortSignal): Promise<void> {
    let published = this.#position;
    let reached = published;
    let lastWord = performance.now();
    for (let next = source.next(); !signal.aborted;) {
      const due = lastWord + (reached > published ? markEvery : remindEvery);
      const step = await untilTime(next, due - performance.now());
      if (step?.done === true) return;
      if (step !== null) reached = Math.max(reached, step.value.checkpoint);
      const events = step?.value.events ?? [];
      if (step === null || events.length > 0) {
        if (!(await this.#publish({ after: published, events, checkpoint: reached }, signal))) return;
        published = reached;
        lastWord = performance.now();
      }
      if (step !== null) next = source.next();
    }
  }

  /** Again until it is there; false: the signal came first. */
  async #publish(stretch: LogStretch, signal: AbortSignal): Promise<boolean> {
    for (let wait: number = retryAfter[0]; !signal.aborted; wait = Math.min(wait * 2, retryAfter[1])) {
      try {
        const done = await untilAborted(
          this.#toTopic(stretch).then(() => true),
          signal,
        );
        if (done === null) return false;
        this.#state = 'relaying';
        this.#error = null;
        this.#position = stretch.checkpoint;
        this.options.onPublished?.(stretch.checkpoint, stretch.events.length);
        return true;
      } catch (error) {
        this.#failed(error, 'a stretch of the log is not on the topic yet');
      }
      await idle(wait, signal);
    }
    return false;
  }

  #toTopic(stretch: LogStretch): Promise<void> {
    const { events } = stretch;
    const span = tracer?.beginBatch('relay publish', events.map(traceparentOf), {
      kind: 'producer',
      attributes: { 'messaging.batch.message_count': events.length },
    });
    return spanning(span, this.options.topic.publish(stretch));
  }

  #failed(error: unknown, what: string): void {
    const before = this.#error;
    this.#state = 'failed';
    this.#error = error instanceof Error ? error.message : String(error);
    if (before === this.#error && performance.now() - this.#warned < warnEvery) return;
    this.#warned = performance.now();
    this.options.logger.warn({ err: error, position: this.#position }, what);
  }
}

const idle = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  pause(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
