import type { ServerFrameOf } from '@parley/protocol';
import type { Environment, Timer } from '../environment.js';

/** Said again at most this often while somebody goes on typing. */
const repeatMs = 3000;

export interface TypingHooks {
  onTyping(conversationId: string, userIds: readonly string[]): void;
  /** Not answered and not repeated: what is lost was not important. */
  say(conversationId: string, active: boolean): void;
}

/** Who is typing. Others' expire by themselves; one's own is said seldom. */
export class Typing {
  readonly #environment: Environment;
  readonly #hooks: TypingHooks;
  readonly #others = new Map<string, Map<string, Timer>>();
  readonly #saidAt = new Map<string, number>();

  constructor(environment: Environment, hooks: TypingHooks) {
    this.#environment = environment;
    this.#hooks = hooks;
  }

  in(conversationId: string): string[] {
    return [...(this.#others.get(conversationId)?.keys() ?? [])];
  }

  received({ conversationId, userId, active, ttlMs }: ServerFrameOf<'typing'>): void {
    if (!active) {
      this.stopped(conversationId, userId);
      return;
    }
    let people = this.#others.get(conversationId);
    if (people === undefined) {
      people = new Map();
      this.#others.set(conversationId, people);
    }
    const before = people.get(userId);
    before?.cancel();
    people.set(
      userId,
      this.#environment.setTimer(() => this.stopped(conversationId, userId), ttlMs),
    );
    if (before === undefined) this.#hooks.onTyping(conversationId, this.in(conversationId));
  }

  /** They stopped, or what they typed has come. */
  stopped(conversationId: string, userId: string): void {
    const people = this.#others.get(conversationId);
    const timer = people?.get(userId);
    if (people === undefined || timer === undefined) return;
    timer.cancel();
    people.delete(userId);
    if (people.size === 0) this.#others.delete(conversationId);
    this.#hooks.onTyping(conversationId, this.in(conversationId));
  }

  /** One's own: call it at every key stroke. */
  say(conversationId: string, active: boolean): void {
    const now = this.#environment.elapsed();
    const saidAt = this.#saidAt.get(conversationId);
    if (active ? saidAt !== undefined && now - saidAt < repeatMs : saidAt === undefined) return;
    if (active) this.#saidAt.set(conversationId, now);
    else this.#saidAt.delete(conversationId);
    this.#hooks.say(conversationId, active);
  }

  clear(): void {
    for (const people of this.#others.values()) for (const timer of people.values()) timer.cancel();
    this.#others.clear();
    this.#saidAt.clear();
  }
}
