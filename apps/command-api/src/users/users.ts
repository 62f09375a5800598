import { Inject, Injectable } from '@nestjs/common';
import { type Decision, userDefinition, type UserState } from '@parley/domain';
import type { UserEvent } from '@parley/events';
import { CONFIG, type ParleyConfig } from '@parley/platform';
import type { CommandContext } from '@parley/ports';
import { type Decided, DecisionTask, type LookUp } from '../streams/decision-task.js';
import { OwnerRegistry } from '../streams/owner-registry.js';
import { LogServices } from '../streams/owner-services.js';

/** The people, by their streams: exact, however far the directory projection is. */
@Injectable()
export class Users {
  readonly #owners: OwnerRegistry<UserState, UserEvent>;
  #following = false;

  constructor(
    @Inject(LogServices) services: LogServices,
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
    lookUp?: LookUp,
  ): Promise<Decided<UserEvent>> {
    return this.#owners.submit(userId, new DecisionTask(context, decide, lookUp));
  }

  /** The state, at most as old as it takes other nodes' events to get here. @throws EventLogUnavailable */
  load(userId: string): Promise<UserState> {
    return this.#owners.owner(userId).load();
  }

  /** Whom this person has blocked; null when that is not at hand: `readBlockedBy` tells. */
  blockedBy(userId: string): ReadonlySet<string> | null {
    if (!this.#following) return null;
    const owner = this.#owners.present(userId);
    const state = owner?.peek() ?? null;
    if (owner === undefined || state === null) return null;
    owner.used = true;
    return blockedIn(state);
  }

  /** The same, as the log has it now. @throws EventLogUnavailable */
  async readBlockedBy(userId: string): Promise<ReadonlySet<string>> {
    return blockedIn(await this.#owners.owner(userId).fresh());
  }

  /** From now on `hear` is told of everything; what was read before that may have missed something. */
  beginFollowing(): void {
    this.#owners.doubtAll();
    this.#following = true;
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
const blockedIn = (state: UserState): ReadonlySet<string> => (state.phase === 'registered' ? state.blocked : nobody);
