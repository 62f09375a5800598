import type { MessageSent } from '@parley/events';
import type { CommandContext, ForwardMessage } from '@parley/ports';
import { type MessageToSend, OnceTask } from '../../conversations/send-task.js';
import type { Users } from '../../users/users.js';
import type { ForwardLookup, Original } from './forward-lookup.js';

/** Sends what another message says: waits in its place until the original is found. */
export class ForwardTask extends OnceTask {
  readonly #command: ForwardMessage;
  readonly #lookup: ForwardLookup;
  #found: Original | null = null;

  constructor(command: ForwardMessage, context: CommandContext, users: Users, lookup: ForwardLookup) {
    super(command.conversationId, command.clientMessageId, context, users);
    this.#command = command;
    this.#lookup = lookup;
  }

  protected message(): MessageToSend | 'wait' {
    this.throwIfFailed();
    const { clientMessageId } = this.#command;
    if (this.#found !== null) return { clientMessageId, ...this.#found };
    return this.waitFor(this.#find(), (original) => {
      this.#found = original;
    });
  }

  /** Known by where it came from, not by its content: the original may have been edited since. */
  protected async isRepeatedBy({ forwardedFrom }: MessageSent['data']): Promise<boolean> {
    const { forwardedFrom: wanted } = this.#found ?? (await this.#find());
    return forwardedFrom?.conversationId === wanted.conversationId && forwardedFrom.messageId === wanted.messageId;
  }

  #find(): Promise<Original> {
    const { from, conversationId } = this.#command;
    return this.#lookup.find(from, this.context.actorId, { conversationId, eventId: this.onceId });
  }
}
