import { type ConversationState, type Decision, foldMessageFacts, memberOf, type MessageFacts } from '@parley/domain';
import type { ConversationEvent } from '@parley/events';
import type { CommandContext, CommandResult } from '@parley/ports';
import type { Turn } from '../streams/stream-task.js';
import type { Users } from '../users/users.js';
import { ConversationTask } from './conversation-task.js';
import type { FoundMessage, MessageLookup } from './message-lookup.js';

export interface MessageRef {
  readonly conversationId: string;
  readonly sequence: number;
}

/** The rule for one message: `message` is as it stands at this very moment; `blocked`: by the other of a direct one. */
export type MessageRule = (
  state: ConversationState,
  message: MessageFacts | null,
  blocked: boolean,
) => Decision<ConversationEvent>;

/** A command about a message that is there: looks it up, then decides on exactly its present state. */
export class MessageTask extends ConversationTask<CommandResult> {
  readonly #ref: MessageRef;
  readonly #rule: MessageRule;
  readonly #lookup: MessageLookup;
  #found: FoundMessage | null = null;

  constructor(ref: MessageRef, context: CommandContext, users: Users, lookup: MessageLookup, rule: MessageRule) {
    super(context, users);
    this.#ref = ref;
    this.#lookup = lookup;
    this.#rule = rule;
  }

  decide(state: ConversationState, turn: Turn<ConversationEvent>): Decision<ConversationEvent> | 'wait' {
    this.throwIfFailed();
    const { conversationId, sequence } = this.#ref;
    const { actorId } = this.context;
    if (this.#found === null) {
      if (memberOf(state, actorId) === null) return this.#rule(state, null, false);
      return this.waitFor(this.#lookup.projected(conversationId, sequence, actorId), (found) => {
        this.#found = found;
        this.eventsAfter = found.revision;
      });
    }
    const blocked = this.isBlocked(state);
    if (blocked === 'wait') return 'wait';
    let { facts } = this.#found;
    for (const event of turn.since(this.#found.revision)) facts = foldMessageFacts(facts, event, { sequence, actorId });
    return this.#rule(state, facts, blocked);
  }

  written(_events: readonly ConversationEvent[], position: number): void {
    this.resolve({ position });
  }
}
