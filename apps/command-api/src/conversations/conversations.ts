import { Inject, Injectable } from '@nestjs/common';
import { conversationDefinition, type ConversationState, type Decision, type Member, memberOf } from '@parley/domain';
import type { ConversationEvent } from '@parley/events';
import { CONFIG, type ParleyConfig } from '@parley/platform';
import { type CommandContext, CommandRejected, type CommandResult } from '@parley/ports';
import { type Decided, DecisionTask, type LookUp } from '../streams/decision-task.js';
import { OwnerRegistry } from '../streams/owner-registry.js';
import { LogServices } from '../streams/owner-services.js';
import type { StreamTask } from '../streams/stream-task.js';

/** The conversations: each has an owner that decides the commands on it one after the other. */
@Injectable()
export class Conversations {
  readonly #owners: OwnerRegistry<ConversationState, ConversationEvent>;

  constructor(
    @Inject(LogServices) services: LogServices,
    @Inject(CONFIG) config: Pick<ParleyConfig, 'conversationsCached'>,
  ) {
    this.#owners = new OwnerRegistry(conversationDefinition, services, config.conversationsCached);
    services.metrics.gauge('parley_conversations_cached', 'Conversations whose state is in memory', [], (gauge) => {
      gauge.set(this.#owners.size);
    });
  }

  get queued(): number {
    return this.#owners.queued;
  }

  submit<Result>(
    conversationId: string,
    task: StreamTask<ConversationState, ConversationEvent> & { readonly done: Promise<Result> },
  ): Promise<Result> {
    return this.#owners.submit(conversationId, task);
  }

  /** A command that the conversation's state decides, and perhaps a look-up: it waits for that in its place. */
  decide(
    conversationId: string,
    context: CommandContext,
    decide: (state: ConversationState) => Decision<ConversationEvent>,
    lookUp?: LookUp,
  ): Promise<Decided<ConversationEvent>> {
    return this.submit(conversationId, new DecisionTask(context, decide, lookUp));
  }

  /** The committed state when it is at hand, else null. */
  peek(conversationId: string): ConversationState | null {
    return this.#owners.present(conversationId)?.peek() ?? null;
  }

  /** The committed state. With another node as owner it may be a little old: a refusal needs `fresh`. */
  load(conversationId: string): Promise<ConversationState> {
    return this.#owners.owner(conversationId).load();
  }

  /** The committed state with everything that was in the log before the call. */
  fresh(conversationId: string): Promise<ConversationState> {
    return this.#owners.owner(conversationId).fresh();
  }

  /**
   * For what is written to another stream, or read: no expected revision guards it, so the log is asked who is a member.
   * @throws CommandRejected `conversation_not_found` for everybody who is no member now
   */
  async requireMember(conversationId: string, userId: string): Promise<Member> {
    const member = memberOf(await this.fresh(conversationId), userId);
    if (member === null) throw new CommandRejected('conversation_not_found');
    return member;
  }

  close(): Promise<void> {
    return this.#owners.close();
  }
}

/** What a caller is told of a decision. */
export const positionOf = ({ position }: CommandResult): CommandResult => ({ position });
