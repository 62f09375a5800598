import { type ConversationState, type Decision, sendMessage } from '@parley/domain';
import {
  type ConversationEvent,
  decodeEvent,
  type ForwardedFrom,
  type MessageContent,
  type MessageSent,
  type RecordedEvent,
} from '@parley/events';
import { messageEventId, messageIdOf } from '@parley/platform';
import { type CommandContext, CommandRejected, type MessageAccepted } from '@parley/ports';
import type { Users } from '../users/users.js';
import { ConversationTask } from './conversation-task.js';

export interface MessageToSend {
  readonly clientMessageId: string;
  readonly content: MessageContent;
  readonly replyTo?: number | undefined;
  readonly mentions?: readonly string[] | undefined;
  readonly forwardedFrom?: ForwardedFrom;
}

/**
 * Sends one message. Its event id is a function of (conversation, sender, clientMessageId), so the log holds it at most
 * once, for ever: said again, it answers what was accepted the first time; said differently, it is refused.
 */
export abstract class OnceTask extends ConversationTask<MessageAccepted> {
  override readonly onceId: string;
  readonly #conversationId: string;
  readonly #messageId: string;

  constructor(conversationId: string, clientMessageId: string, context: CommandContext, users: Users) {
    super(context, users);
    this.onceId = messageEventId(conversationId, context.actorId, clientMessageId);
    this.#conversationId = conversationId;
    this.#messageId = messageIdOf(this.onceId);
  }

  /** `wait`: it is being looked up. */
  protected abstract message(): MessageToSend | 'wait';

  /** Whether what was accepted under this id is what this command says. */
  protected abstract isRepeatedBy(stored: MessageSent['data']): boolean | Promise<boolean>;

  decide(state: ConversationState): Decision<MessageSent> | 'wait' {
    const message = this.message();
    if (message === 'wait') return 'wait';
    const blocked = this.isBlocked(state);
    if (blocked === 'wait') return 'wait';
    const { clientMessageId, content, replyTo, mentions, forwardedFrom } = message;
    const { actorId } = this.context;
    const messageId = this.#messageId;
    return sendMessage(state, {
      actorId,
      messageId,
      clientMessageId,
      content,
      replyTo,
      mentions,
      forwardedFrom,
      blocked,
    });
  }

  written(events: readonly ConversationEvent[], position: number): void {
    const { sequence } = (events[0] as MessageSent).data;
    this.#accept(sequence, this.context.now, position, false);
  }

  override repeated(stored: RecordedEvent): void {
    const { data } = decodeEvent(stored).event as MessageSent;
    const settle = (same: boolean): void => {
      if (same) this.#accept(data.sequence, stored.time, stored.position, true);
      else this.reject(new CommandRejected('idempotency_conflict'));
    };
    const same = this.isRepeatedBy(data);
    if (typeof same === 'boolean') settle(same);
    else same.then(settle, this.reject);
  }

  #accept(sequence: number, time: number, position: number, repeated: boolean): void {
    this.resolve({
      position,
      conversationId: this.#conversationId,
      messageId: this.#messageId,
      sequence,
      time,
      repeated,
    });
  }
}

/** Sends what a person wrote. */
export class SendTask extends OnceTask {
  readonly #message: MessageToSend;

  constructor(message: MessageToSend & { readonly conversationId: string }, context: CommandContext, users: Users) {
    super(message.conversationId, message.clientMessageId, context, users);
    this.#message = message;
  }

  protected message(): MessageToSend {
    return this.#message;
  }

  protected isRepeatedBy(stored: MessageSent['data']): boolean {
    const { content, replyTo, mentions } = this.#message;
    return (
      stored.forwardedFrom === undefined &&
      stored.replyTo === replyTo &&
      sameContent(stored.content, content) &&
      sameIds(stored.mentions, mentions)
    );
  }
}

function sameContent(one: MessageContent, other: MessageContent): boolean {
  return one.type === 'text.v1'
    ? other.type === 'text.v1' && one.text === other.text
    : other.type === 'sealed.v1' && one.scheme === other.scheme && one.ciphertext === other.ciphertext;
}

function sameIds(stored: readonly string[] = [], said: readonly string[] = []): boolean {
  const different = new Set(said);
  return stored.length === different.size && stored.every((id) => different.has(id));
}
