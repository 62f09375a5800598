import type { Fault } from '../../demo/audit/tally.js';
import type { Answer } from './answer.js';
import type { Command } from './command.js';
import { Standing } from './standing.js';

/** A message that was accepted, as it must stand. Only its sender edits, deletes and pins it. */
export interface DueMessage {
  readonly sequence: number;
  readonly senderId: string;
  readonly clientMessageId: string;
  readonly text: Standing<string>;
  readonly deleted: Standing<boolean>;
  readonly pinned: Standing<boolean>;
  /** By `reactionKey`; those that were never asked for are left out. */
  readonly reactions: Map<string, Standing<boolean>>;
  /** Texts asked for. */
  versions: number;
  /** Its deletion was asked for. */
  isLeaving: boolean;
}

/** Something that must not have happened, seen from the answers alone. */
export interface Mistake {
  readonly fault: Fault;
  readonly what: string;
}

export const reactionKey = (userId: string, emoji: string): string => `${userId} ${emoji}`;

/** What must stand in one conversation, by the answers that its people got. Each person asks one thing at a time. */
export class Ledger {
  readonly messages = new Map<number, DueMessage>();
  readonly mistakes: Mistake[] = [];
  readonly #blocks = new Map<string, Standing<boolean>>();
  /** Commands answered. */
  answered = 0;
  #named = 0;
  #sends = 0;
  readonly #lastOf = new Map<string, number>();

  /** @param after messages up to this sequence were there before */
  constructor(readonly after: number) {}

  /** Commands answered that sent nothing. */
  get changed(): number {
    return this.answered - this.#sends;
  }

  /** Sequence of the last message. */
  get last(): number {
    return Math.max(this.after, ...this.messages.keys());
  }

  /** Messages that nobody has asked to delete, in order. */
  alive(): readonly DueMessage[] {
    return [...this.messages.values()]
      .filter(({ isLeaving }) => !isLeaving)
      .toSorted((a, b) => a.sequence - b.sequence);
  }

  /** A name that no message of this conversation has. */
  newMessageId(): string {
    this.#named++;
    return `${this.after}-${this.#named}`;
  }

  /** It is under way from now on. */
  ask(userId: string, command: Command): void {
    if (command.type === 'delete') this.#messageOf(command).isLeaving = true;
    if (command.type === 'edit') this.#messageOf(command).versions++;
    if (command.type === 'block') this.blockOf(userId);
  }

  /** The answer to what was asked. */
  note(userId: string, command: Command, answer: Answer): void {
    this.answered++;
    if (answer.kind === 'refused') this.#refused(userId, command, answer.code);
    switch (command.type) {
      case 'send':
        this.#sends++;
        if (answer.kind === 'done') this.#sent(userId, command, answer.sequence ?? 0);
        return;
      case 'edit':
        return this.#messageOf(command).text.note(command.text, answer);
      case 'delete':
        return this.#messageOf(command).deleted.note(true, answer);
      case 'pin':
      case 'unpin':
        return this.#messageOf(command).pinned.note(command.type === 'pin', answer);
      case 'react':
      case 'unreact':
        return reactionOf(this.#messageOf(command), userId, command.emoji).note(command.type === 'react', answer);
      case 'block':
      case 'unblock':
        return this.blockOf(userId).note(command.type === 'block', answer);
      default:
        return command satisfies never;
    }
  }

  /** Whether this person blocks the other one of a direct conversation. */
  blockOf(userId: string): Standing<boolean> {
    let block = this.#blocks.get(userId);
    if (block === undefined) {
      block = new Standing(false);
      this.#blocks.set(userId, block);
    }
    return block;
  }

  #sent(senderId: string, { clientMessageId, text }: Command & { type: 'send' }, sequence: number): void {
    const what = `“${text}” of ${senderId} became message ${sequence}`;
    const before = this.messages.get(sequence);
    if (before !== undefined) {
      this.mistakes.push({ fault: 'duplicated', what: `${what}, as did “${before.text.value}”` });
      return;
    }
    const last = this.#lastOf.get(senderId) ?? this.after;
    if (sequence <= last) this.mistakes.push({ fault: 'outOfOrder', what: `${what} after ${last}` });
    this.#lastOf.set(senderId, Math.max(last, sequence));
    this.messages.set(sequence, {
      sequence,
      senderId,
      clientMessageId,
      text: new Standing(text),
      deleted: new Standing(false),
      pinned: new Standing(false),
      reactions: new Map(),
      versions: 1,
      isLeaving: false,
    });
  }

  /** Nobody is refused but who is blocked, and who comes too late. */
  #refused(userId: string, command: Command, code: string): void {
    const mayBeBlocked = [...this.#blocks.keys()].some((blocker) => blocker !== userId);
    if (code === 'message_refused' && mayBeBlocked) return;
    if (code === 'message_deleted' && 'sequence' in command && this.#messageOf(command).isLeaving) return;
    this.mistakes.push({ fault: 'lost', what: `${userId} was refused ${JSON.stringify(command)}: ${code}` });
  }

  #messageOf({ sequence }: { readonly sequence: number }): DueMessage {
    const message = this.messages.get(sequence);
    if (message === undefined) throw new Error(`nobody has sent message ${sequence}`);
    return message;
  }
}

function reactionOf(message: DueMessage, userId: string, emoji: string): Standing<boolean> {
  const key = reactionKey(userId, emoji);
  let reaction = message.reactions.get(key);
  if (reaction === undefined) {
    reaction = new Standing(false);
    message.reactions.set(key, reaction);
  }
  return reaction;
}
