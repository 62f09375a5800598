import { ParleyClientError } from '@parley/client';
import type { MessageView } from '@parley/protocol';
import type { Command, CommandApi } from './command.js';

type Trouble =
  /** Carried out, and nobody is told. */
  | 'lose the answer'
  /** Not carried out, and nobody is told. */
  | 'lose the question'
  /** Nobody is told, and it is carried out when `carryOutLate` is called. */
  | 'keep it for later';

/** A conversation on a server that can be in trouble. For tests. */
export class FakeConversation {
  readonly messages: MessageView[] = [];
  pins: number[] = [];
  readonly #blockers = new Set<string>();
  readonly #late: (() => unknown)[] = [];
  readonly #troubles: Trouble[] = [];

  /** What happens to the next commands, one each. */
  trouble(...troubles: readonly Trouble[]): void {
    this.#troubles.push(...troubles);
  }

  /** As a node that was given up and did not notice. */
  carryOutLate(): void {
    for (const work of this.#late.splice(0)) work();
  }

  /** As this person asks. */
  apiOf(userId: string): CommandApi {
    return {
      carryOut: async (command) => {
        const trouble = this.#troubles.shift();
        if (trouble === undefined) return this.#apply(userId, command);
        if (trouble === 'lose the answer') this.#apply(userId, command);
        if (trouble === 'keep it for later') this.#late.push(() => this.#apply(userId, command));
        throw new ParleyClientError('connection_lost', trouble, { retryable: true });
      },
    };
  }

  #apply(userId: string, command: Command): number | null {
    const isBlocked = [...this.#blockers].some((blocker) => blocker !== userId);
    switch (command.type) {
      case 'send':
        return this.#send(userId, command, isBlocked);
      case 'edit':
        if (isBlocked) throw new ParleyClientError('message_refused', 'blocked');
        this.#change(command.sequence, { content: { type: 'text.v1', text: command.text } });
        return null;
      case 'delete':
        this.#delete(command.sequence);
        return null;
      case 'pin':
      case 'unpin':
        this.#pin(command.sequence, command.type === 'pin');
        return null;
      case 'react':
      case 'unreact':
        this.#react(userId, command);
        return null;
      case 'block':
        this.#blockers.add(userId);
        return null;
      case 'unblock':
        this.#blockers.delete(userId);
        return null;
      default:
        return command satisfies never;
    }
  }

  #delete(sequence: number): void {
    if (this.messages[sequence - 1]?.deletedAt !== undefined) return;
    this.#change(sequence, { deletedAt: 'now', content: undefined, pinned: undefined, reactions: undefined });
    this.pins = this.pins.filter((pin) => pin !== sequence);
  }

  #pin(sequence: number, isPinned: boolean): void {
    const others = this.pins.filter((pin) => pin !== sequence);
    this.pins = isPinned ? [...others, sequence] : others;
    this.#change(sequence, { pinned: isPinned ? true : undefined });
  }

  #react(userId: string, { type, sequence, emoji }: Extract<Command, { readonly emoji: string }>): void {
    const reactions = this.messages[sequence - 1]?.reactions ?? [];
    const before = reactions.find((reaction) => reaction.emoji === emoji)?.userIds ?? [];
    const others = before.filter((each) => each !== userId);
    const userIds = type === 'react' ? [...others, userId] : others;
    const rest = reactions.filter((reaction) => reaction.emoji !== emoji);
    this.#change(sequence, { reactions: [...rest, { emoji, userIds }] });
  }

  #send(senderId: string, { clientMessageId, text }: Command & { type: 'send' }, isBlocked: boolean): number {
    const before = this.messages.find((message) => message.clientMessageId === clientMessageId);
    if (before !== undefined) return before.sequence;
    if (isBlocked) throw new ParleyClientError('message_refused', 'blocked');
    const sequence = this.messages.length + 1;
    this.messages.push({
      id: `msg_${sequence}`,
      conversationId: 'cnv_1',
      sequence,
      senderId,
      clientMessageId,
      time: '2026-01-01T00:00:00.000Z',
      content: { type: 'text.v1', text },
    });
    return sequence;
  }

  #change(sequence: number, change: { [K in keyof MessageView]?: MessageView[K] | undefined }): void {
    const before = this.messages[sequence - 1];
    if (before === undefined) throw new ParleyClientError('message_not_found', `${sequence}`);
    if (before.deletedAt !== undefined) throw new ParleyClientError('message_deleted', `${sequence}`);
    const after = Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined);
    this.messages[sequence - 1] = Object.fromEntries(after) as unknown as MessageView;
  }
}
