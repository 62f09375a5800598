import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../demo/logs/random.js';
import { inParallel } from '../../demo/stage/in-parallel.js';
import { answerTo } from './answer.js';
import type { Command, CommandApi } from './command.js';
import { Ledger } from './ledger.js';
import { type NextCommand, nextMessage } from './next-command.js';

/** Somebody who acts, and how they ask for it. */
export interface Actor {
  readonly userId: string;
  readonly api: CommandApi;
}

export interface ConversationOptions {
  readonly seed: number;
  /** Messages up to this sequence were there before. */
  readonly after: number;
  /** Commands of each person. */
  readonly steps: number;
  readonly next: NextCommand;
  /** Waited for before each command. */
  readonly pace: () => Promise<void>;
  /** Nothing more is asked. */
  readonly isOver: () => boolean;
}

/** A conversation in which each person asks for one thing after the other, all of them side by side. */
export class Conversation {
  readonly ledger: Ledger;
  /** By person: what they wait for, to be told when nothing moves any more. */
  readonly #doing = new Map<string, string>();

  constructor(
    readonly actors: readonly Actor[],
    private readonly options: ConversationOptions,
  ) {
    this.ledger = new Ledger(options.after);
  }

  get doing(): string {
    return [...this.#doing].map(([userId, command]) => `${userId}: ${command}`).join(', ');
  }

  async play(): Promise<void> {
    await inParallel(this.actors, this.actors.length, (actor, index) => this.#act(actor, index));
  }

  /**
   * Whether `blocked` may say something, against what `blocker` was answered last. When all else is said; `heededMs`: so
   * long after it a block is heeded everywhere.
   */
  async tryBlock(blocker: Actor, blocked: Actor, heededMs: number): Promise<void> {
    const { ledger, options } = this;
    if (options.isOver()) return;
    await sleep(heededMs);
    const isBlocked = ledger.blockOf(blocker.userId).value;
    const before = ledger.messages.size;
    await this.#ask(blocked, nextMessage(ledger, blocked.userId, new Random(options.seed)));
    const isHeard = ledger.messages.size > before;
    if (isHeard !== isBlocked) return;
    const what = `${blocked.userId} is ${isHeard ? 'heard though' : 'not heard though not'} blocked by ${blocker.userId}`;
    ledger.mistakes.push({ fault: isHeard ? 'unauthorised' : 'lost', what });
  }

  async #act(actor: Actor, index: number): Promise<void> {
    const { seed, steps, next, pace, isOver } = this.options;
    const random = new Random(seed + index);
    for (let step = 0; step < steps; step++) {
      await pace();
      if (isOver()) return;
      await this.#ask(actor, next(this.ledger, actor.userId, random));
    }
  }

  async #ask({ userId, api }: Actor, command: Command): Promise<void> {
    this.#doing.set(userId, JSON.stringify(command));
    this.ledger.ask(userId, command);
    this.ledger.note(userId, command, await answerTo(api, command));
    this.#doing.delete(userId);
  }
}
