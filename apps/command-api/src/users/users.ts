import { Inject, Injectable } from '@nestjs/common';
import { type Decision, userDefinition, type UserState } from '@parley/domain';
import { type UserEvent, userStream } from '@parley/events';
import { CONFIG, type ParleyConfig } from '@parley/platform';
import { type CommandContext, CommandRejected } from '@parley/ports';
import { type Decided, DecisionTask } from '../streams/decision-task.js';
import { OwnerRegistry } from '../streams/owner-registry.js';
import { LogServices } from '../streams/owner-services.js';

/** People asked for at a time when a list of ids is checked. */
const lookUpsAtOnce = 32;

/** The people, by their streams: exact, however far the directory projection is. */
@Injectable()
export class Users {
  readonly #owners: OwnerRegistry<UserState, UserEvent>;

  constructor(
    @Inject(LogServices) private readonly services: LogServices,
    @Inject(CONFIG) config: Pick<ParleyConfig, 'conversationsCached'>,
  ) {
    // Both people of each direct conversation.
    this.#owners = new OwnerRegistry(userDefinition, services, 2 * config.conversationsCached);
  }

  get queued(): number {
    return this.#owners.queued;
  }

  decide(
    userId: string,
    context: CommandContext,
    decide: (state: UserState) => Decision<UserEvent>,
  ): Promise<Decided<UserEvent>> {
    return this.#owners.submit(userId, new DecisionTask(context, decide));
  }

  /** The state, at most as old as it takes other nodes' events to get here. @throws EventLogUnavailable */
  load(userId: string): Promise<UserState> {
    return this.#owners.owner(userId).load();
  }

  /** Whom this person has blocked; null when that is not at hand: `load` them first. */
  blockedBy(userId: string): ReadonlySet<string> | null {
    const owner = this.#owners.present(userId);
    const state = owner?.peek() ?? null;
    if (owner === undefined || state === null) return null;
    owner.used = true;
    return state.phase === 'registered' ? state.blocked : nobody;
  }

  /** @throws CommandRejected `user_not_found`, naming those who are not registered */
  async requireRegistered(userIds: readonly string[]): Promise<void> {
    const unknown: string[] = [];
    for (let i = 0; i < userIds.length; i += lookUpsAtOnce) {
      const some = userIds.slice(i, i + lookUpsAtOnce);
      const registered = await Promise.all(some.map((userId) => this.#isRegistered(userId)));
      unknown.push(...some.filter((_, at) => registered[at] === false));
    }
    if (unknown.length > 0) throw new CommandRejected('user_not_found', unknown.slice(0, 10).join(', '));
  }

  async #isRegistered(userId: string): Promise<boolean> {
    if (this.#owners.present(userId)?.peek()?.phase === 'registered') return true;
    return (await this.services.reader.streamInfo(userStream(userId))) !== null;
  }

  /** The log has this revision of the person's stream, written by whichever node. */
  hear(userId: string, revision: number): void {
    this.#owners.present(userId)?.hear(revision);
  }

  close(): Promise<void> {
    return this.#owners.close();
  }
}

const nobody: ReadonlySet<string> = new Set();
