import { NO_STREAM, type Credentials } from '@eventstore/db-client';
import type { NewEvent, RecordedEvent } from '@parley/events';
import type { Silence } from '@parley/platform';
import { EventLogUnavailable } from '@parley/ports';
import type { Connection, Link } from '../client/connection.js';
import { TimedOut, type Deadline } from '../client/deadline.js';
import { failureOf } from '../client/failures.js';
import { toEventData } from '../events/coding.js';
import { numberOf } from '../events/positions.js';
import type { Pages } from '../read/pages.js';
import type { Sent, StreamAccess } from './stream-access.js';

/**
 * Appends under way on one connection. The client writes them to one gRPC stream, which takes 16 before it asks to
 * wait; those that wait inside the client when the stream breaks are rejected where nobody can catch it, and that ends
 * the process. So none ever waits there.
 */
const mostInFlight = 15;

/** Makes single attempts to append, each with a deadline that the batch append of the client does not have. */
export class AppendSender implements StreamAccess {
  #waiting: ((link: Link) => void)[] = [];

  /** With credentials each append is a call of its own, which carries them. */
  constructor(
    private readonly connection: Connection,
    private readonly pages: Pages,
    private readonly credentials: Credentials | null,
    private readonly silence: Silence,
  ) {}

  send(stream: string, expected: number | 'none', events: readonly NewEvent[], deadline: Deadline): Promise<Sent> {
    return this.silence.run(() => this.#send(stream, expected, events, deadline));
  }

  async #send(
    stream: string,
    expected: number | 'none',
    events: readonly NewEvent[],
    deadline: Deadline,
  ): Promise<Sent> {
    const link = await this.#take(deadline);
    const answer = link.append(stream, events.map(toEventData), {
      expectedRevision: expected === 'none' ? NO_STREAM : BigInt(expected),
      requiresLeader: true,
      deadline: Math.max(1, Math.ceil(deadline.left)),
      ...(this.credentials === null ? {} : { credentials: this.credentials }),
    });
    const giveBack = (): void => this.#giveBack(link);
    answer.then(giveBack, giveBack);
    try {
      const { nextExpectedRevision, position } = await deadline.race(answer, 'an append to the event log');
      return {
        outcome: 'written',
        revision: Number(nextExpectedRevision),
        position: position === undefined ? null : numberOf(position, () => `an append to ${stream}`),
      };
    } catch (error) {
      return this.#failed(link, error);
    }
  }

  readOn(stream: string, from: number, limit: number, deadline: Deadline): Promise<readonly RecordedEvent[]> {
    return this.pages.stream(stream, { direction: 'forwards', from, limit }, deadline);
  }

  async readBack(
    stream: string,
    upTo: number | 'end',
    limit: number,
    deadline: Deadline,
  ): Promise<readonly RecordedEvent[]> {
    const page = { direction: 'backwards', from: upTo, limit } as const;
    return (await this.pages.stream(stream, page, deadline)).toReversed();
  }

  #failed(link: Link, error: unknown): Sent {
    if (error instanceof TimedOut) {
      if (error.isSilence) this.connection.replace(link, error.message);
      this.#next();
      throw error;
    }
    const failure = failureOf(error);
    switch (failure.kind) {
      case 'wrong-revision':
        return { outcome: 'elsewhere', actual: failure.actual };
      case 'too-large':
        throw new RangeError(`the append is too large for the event log: ${failure.reason}`, { cause: error });
      case 'broken':
        this.connection.replace(link, failure.reason);
        this.#next();
        throw new EventLogUnavailable(`the fate of an append is unknown: ${failure.reason}`, { cause: error });
      case 'unsure':
      case 'refused':
        throw new EventLogUnavailable(`appending to the event log: ${failure.reason}`, { cause: error });
      case 'no-stream':
        break;
    }
    throw new EventLogUnavailable('the event log answers an append with what belongs to a read', { cause: error });
  }

  /** A place on the link, once there is one. */
  async #take(deadline: Deadline): Promise<Link> {
    const { link } = this.connection;
    if (link.taken < mostInFlight && this.#waiting.length === 0) {
      link.taken++;
      return link;
    }
    const { promise, resolve } = Promise.withResolvers<Link>();
    this.#waiting.push(resolve);
    try {
      return await deadline.race(promise, 'waiting for other appends');
    } catch (error) {
      this.#waiting = this.#waiting.filter((one) => one !== resolve);
      // It may have been given a place in the very moment in which its time was up.
      void promise.then((given) => this.#giveBack(given));
      throw error;
    }
  }

  #giveBack(link: Link): void {
    link.taken--;
    this.#next();
  }

  #next(): void {
    while (this.#waiting.length > 0 && this.connection.link.taken < mostInFlight) {
      const { link } = this.connection;
      link.taken++;
      this.#waiting.shift()?.(link);
    }
  }
}
