import { type ConversationState, memberIds, type StartedConversation } from '@parley/domain';
import type { ConversationEvent } from '@parley/events';
import type { CommandContext } from '@parley/ports';
import { CommandTask } from '../streams/stream-task.js';
import type { Users } from '../users/users.js';

/** A command by which one says something to the others: in a direct conversation the other may have blocked one. */
export abstract class ConversationTask<Result> extends CommandTask<ConversationState, ConversationEvent, Result> {
  readonly #users: Users;
  /** Of the other person, where that had to be read. */
  #blocked: ReadonlySet<string> | null = null;

  constructor(context: CommandContext, users: Users) {
    super(context);
    this.#users = users;
  }

  /** Whether the other person of a direct conversation has blocked the actor; `wait` when that must be looked up. */
  protected isBlocked(state: ConversationState): boolean | 'wait' {
    if (state.phase === 'not-started' || state.kind !== 'direct') return false;
    const { actorId } = this.context;
    const other = peopleOf(state).find((userId) => userId !== actorId);
    if (other === undefined) return false;
    const blocked = this.#users.blockedBy(other) ?? this.#blocked;
    if (blocked !== null) return blocked.has(actorId);
    this.throwIfFailed();
    return this.waitFor(this.#users.readBlockedBy(other), (read) => (this.#blocked = read));
  }
}

/** Listing the two people for each message would cost more than deciding it. */
const peopleCache = new WeakMap<StartedConversation['people'], readonly string[]>();

function peopleOf(direct: StartedConversation): readonly string[] {
  const cached = peopleCache.get(direct.people);
  if (cached !== undefined) return cached;
  const people = [...memberIds(direct)];
  peopleCache.set(direct.people, people);
  return people;
}
