import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { parseStream, type UserEvent } from '@parley/events';
import { LOGGER, type Logger } from '@parley/platform';
import type { EventSubscription } from '@parley/ports';
import { LogServices } from '../streams/owner-services.js';
import { Users } from './users.js';

/** How long after it was written a block made on another node may go unnoticed here, in milliseconds. */
const lookEveryMs = 250;

/** Between two attempts to follow, in milliseconds. */
const retryAfterMs = 1_000;

/** What decisions ask of people whose streams they do not append to; all else is settled by the expected revision. */
const types: readonly UserEvent['type'][] = ['UserBlocked.v1', 'UserUnblocked.v1'];

/**
 * Hears of the blocks that other nodes write, so that they are heeded wherever they were made: at once while some come,
 * otherwise by a look a few times a second instead of at every commit, as the filter passes over all that people say.
 * Until the log has told where it stands (it may be late) nothing goes by what is in memory.
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

  onApplicationBootstrap(): void {
    void this.#follow();
  }

  async #follow(): Promise<void> {
    let after: number | null = null;
    while (!this.#stop.signal.aborted) {
      try {
        if (after === null) {
          after = (await this.services.reader.info()).lastPosition;
          this.users.beginFollowing();
        }
        this.#subscription = this.services.reader.subscribe({ after, filter: { streamPrefixes: ['user-'], types } });
        for await (const { events, checkpoint } of this.#subscription) {
          for (const { stream, revision } of events) this.users.hear(parseStream(stream)?.id ?? '', revision);
          after = checkpoint;
          if (events.length === 0) await delay(lookEveryMs, undefined, { signal: this.#stop.signal });
        }
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.logger.warn({ err: error }, 'following the changes of people failed; trying again');
      } finally {
        this.#subscription?.close();
      }
      // A log that ends its subscriptions at once is being closed, or is in trouble.
      if (!this.#stop.signal.aborted) await delay(retryAfterMs, undefined, { ref: false });
    }
  }

  onApplicationShutdown(): void {
    this.#stop.abort();
    this.#subscription?.close();
  }
}
