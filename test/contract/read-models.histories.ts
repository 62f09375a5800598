import fc from 'fast-check';
import { isMember } from '@parley/events';
import { Oracle } from './read-models.oracle.js';
import type { Scene } from './read-models.scene.js';

/** A random thing to do: numbers that are brought into range by what is there when it is done. */
export interface Step {
  readonly what: number;
  readonly where: number;
  readonly who: number;
  readonly which: number;
  /** Whether what was done so far reaches the log before the next step. */
  readonly append: boolean;
}

export const users = ['usr_ann', 'usr_bob', 'usr_cat', 'usr_dan'] as const;
export const conversations = ['cnv_one', 'cnv_two', 'cnv_three'] as const;

export const steps = (max: number): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.record({
      what: fc.nat(99),
      where: fc.nat(conversations.length - 1),
      who: fc.nat(users.length - 1),
      which: fc.nat(1_000),
      append: fc.boolean(),
    }),
    { minLength: 1, maxLength: max },
  );

/** Does the step as people could do it: only members act, only on what is there. */
export class Play {
  readonly oracle = new Oracle();
  #folded = 0;

  constructor(
    private readonly scene: Scene,
    private readonly prefix: string,
  ) {}

  user(index: number): string {
    return `${users[index] ?? users[0]}${this.prefix}`;
  }

  conversation(index: number): string {
    return `${conversations[index] ?? conversations[0]}${this.prefix}`;
  }

  begin(): void {
    for (const index of users.keys()) this.scene.register(this.user(index));
    for (const index of conversations.keys()) {
      const others = index === 0 ? { [this.user(1)]: 'member' as const } : {};
      this.scene.start(this.conversation(index), { [this.user(0)]: 'owner', ...others });
    }
  }

  async step({ what, where, who, which }: Step): Promise<void> {
    // What the step may do depends on everything before it.
    await this.scene.append();
    this.oracle.fold(this.scene.told.slice(this.#folded));
    this.#folded = this.scene.told.length;
    const id = this.conversation(where);
    const userId = this.user(who);
    const { scene, oracle } = this;
    if (!oracle.isMember(id, userId)) {
      const someone = [...oracle.get(id).windows].find(([, windows]) => isMember(windows))?.[0];
      if (someone !== undefined && what < 60) scene.add(id, userId, someone);
      return;
    }
    const visible = oracle.visible(id, userId).filter((message) => message.text !== null);
    const message = visible[which % Math.max(1, visible.length)];
    if (what < 45 || message === undefined) {
      const mentions = what % 5 === 0 ? [this.user(which % users.length)] : [];
      scene.send(id, userId, `text ${which} of ${what}`, mentions.length > 0 ? { mentions } : {});
    } else if (what < 55) scene.edit(id, message.sequence, userId, `edited ${which}`);
    else if (what < 60) scene.delete(id, message.sequence, userId);
    else if (what < 66) scene.react(id, message.sequence, userId, which % 2 === 0 ? '👍' : '🎉');
    else if (what < 69) scene.unreact(id, message.sequence, userId, '👍');
    else if (what < 74) (message.pinned ? scene.unpin : scene.pin).call(scene, id, message.sequence, userId);
    else if (what < 78) scene.rename(id, `title ${which}`, userId);
    else if (what < 88) scene.read(id, userId, message.sequence, `dev_${which % 2}`);
    else if (what < 91) scene.delivered(id, userId, message.sequence);
    else if (what < 93) scene.role(id, userId, which % 2 === 0 ? 'admin' : 'member', userId);
    else if (what < 95) {
      const until = which % 2 === 0 ? null : 1_800_000_000_000;
      scene.user(userId, { type: 'ConversationMuted.v1', data: { conversationId: id, until } });
    } else if (what < 96) {
      scene.user(userId, { type: 'ConversationArchived.v1', data: { conversationId: id } });
    } else if (what < 98) scene.leave(id, userId);
    else scene.remove(id, userId, this.user(0));
  }

  async end(): Promise<void> {
    await this.scene.append();
    this.oracle.fold(this.scene.told.slice(this.#folded));
    this.#folded = this.scene.told.length;
  }
}
