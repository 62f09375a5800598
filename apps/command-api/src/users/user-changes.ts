import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { parseStream, type UserEvent } from '@parley/events';
import { LOGGER, type Logger } from '@parley/platform';
import type { EventSubscription } from '@parley/ports';
import { LogServices } from '../streams/owner-services.js';
import { Users } from './users.js';

/** How long after it was written a block made on another node may go unnoticed here, in milliseconds. */
const lookEveryMs = 250;

/** What decisions ask of people whose streams they do not append to; all else is settled by the expected revision. */
const types: readonly UserEvent['type'][] = ['UserBlocked.v1', 'UserUnblocked.v1'];

/**
 * Hears of the blocks that other nodes write, so that they are heeded wherever they were made. Looks a few times a second
 * instead of at every commit: the filter passes over all that people say.
 */
@Injectable()
export class UserChanges implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #stop = new AbortController();
  #subscription: EventSubscription | null = null;

  constructor(
    @Inject(Users) private readonly users: Users,
    @Inject(LogServices) private readonly services: LogServices,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { lastPosition } = await this.services.reader.info();
    void this.#follow(lastPosition);
  }

  async #follow(from: number): Promise<void> {
    let after = from;
    while (!this.#stop.signal.aborted) {
      try {
        this.#subscription = this.services.reader.subscribe({ after, filter: { streamPrefixes: ['user-'], types } });
        for await (const { events, checkpoint } of this.#subscription) {
          for (const { stream, revision } of events) this.users.hear(parseStream(stream)?.id ?? '', revision);
          after = checkpoint;
          await delay(lookEveryMs, undefined, { signal: this.#stop.signal });
        }
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.logger.warn({ err: error }, 'following the changes of people failed; trying again');
      } finally {
        this.#subscription?.close();
      }
      // A log that ends its subscriptions at once is being closed, or is in trouble.
      if (!this.#stop.signal.aborted) await delay(lookEveryMs, undefined, { ref: false });
    }
  }

  onApplicationShutdown(): void {
    this.#stop.abort();
    this.#subscription?.close();
  }
}
