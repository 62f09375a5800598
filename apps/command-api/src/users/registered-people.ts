import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { userStream } from '@parley/events';
import { READ_MODELS } from '@parley/platform';
import { CommandRejected, type ReadModels } from '@parley/ports';
import { LogServices } from '../streams/owner-services.js';

/** Ids that are remembered: nobody is ever unregistered. */
const maxKnown = 100_000;
/** People asked for before others get their turn. */
const step = 256;

/**
 * Who exists. The directory answers for nearly everybody at little cost; whom it does not know (yet), or all when it is
 * away, are looked up by their streams: the answer is exact however far the directory is behind.
 */
@Injectable()
export class RegisteredPeople {
  #known = new Set<string>();

  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(LogServices) private readonly services: LogServices,
  ) {}

  /** @throws CommandRejected `user_not_found`, naming those who are not registered */
  async require(userIds: readonly string[]): Promise<void> {
    const asked = userIds.filter((userId) => !this.#known.has(userId));
    const missing: string[] = [];
    for (let i = 0; i < asked.length; i += step) {
      if (i > 0) await nextTurn();
      missing.push(...(await this.#missing(asked.slice(i, i + step))));
    }
    if (missing.length > 0) throw new CommandRejected('user_not_found', missing.slice(0, 10).join(', '));
  }

  async #missing(userIds: readonly string[]): Promise<readonly string[]> {
    const found = await this.#inDirectory(userIds);
    const missing: string[] = [];
    for (const userId of userIds) {
      if (found.has(userId) || (await this.services.reader.streamInfo(userStream(userId))) !== null)
        this.#remember(userId);
      else missing.push(userId);
    }
    return missing;
  }

  async #inDirectory(userIds: readonly string[]): Promise<ReadonlySet<string>> {
    try {
      const people = await this.readModels.people.byIds(userIds);
      return new Set(people.map((json) => (JSON.parse(json) as { id: string }).id));
    } catch {
      return new Set(); // away: the streams know
    }
  }

  #remember(userId: string): void {
    if (this.#known.size >= maxKnown) this.#known = new Set();
    this.#known.add(userId);
  }
}
