import * as fc from 'fast-check';
import { isMember } from '@parley/events';
import { Oracle } from './oracle.js';
import type { Scene } from './scene.js';

/** A random thing to do: numbers that are brought into range by what is there when it is done. */
export interface Step {
  readonly what: number;
  readonly where: number;
  readonly who: number;
  readonly which: number;
  /** Whether what was done so far reaches the log now; else it comes with more, in one batch. */
  readonly append: boolean;
}

export const users = ['usr_ann', 'usr_bob', 'usr_cat', 'usr_dan'] as const;
const conversations = ['cnv_one', 'cnv_two', 'cnv_three'] as const;

export const steps = (max: number): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.record({
      what: fc.nat(99),
      where: fc.nat(conversations.length - 1),
      who: fc.nat(users.length - 1),
      which: fc.nat(1_000),
      append: fc.nat(7).map((n) => n === 0),
    }),
    { minLength: 1, maxLength: max, size: 'max' },
  );

/** Does the step as people could do it: only members act, only on what is there. */
export class Play {
  /** By the order of what was written: positions come only with the log. */
  readonly #oracle = new Oracle();
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

  step({ what, where, who, which }: Step): void {
    const { written } = this.scene;
    for (; this.#folded < written.length; this.#folded++) {
      const { stream, event } = written[this.#folded]!;
      this.#oracle.fold([{ stream, event, position: this.#folded + 1 }]);
    }
    const id = this.conversation(where);
    const userId = this.user(who);
    const { scene } = this;
    const oracle = this.#oracle;
    if (!oracle.isMember(id, userId)) {
      const someone = [...oracle.get(id).windows].find(([, windows]) => isMember(windows))?.[0];
      if (someone !== undefined && what < 60) scene.add(id, userId, someone);
      return;
    }
    const visible = oracle.visible(id, userId).filter((message) => message.text !== null);
    const message = visible[which % Math.max(1, visible.length)];
    const [, act] = message === undefined ? speech : (acts.find(([upTo]) => what < upTo) ?? speech);
    const sequence = message?.sequence ?? 0;
    const other = this.user(which % users.length);
    act({ scene, id, userId, sequence, what, which, pinned: message?.pinned === true, other });
  }
}

interface Act {
  readonly scene: Scene;
  readonly id: string;
  readonly userId: string;
  /** Of a message that this person sees. */
  readonly sequence: number;
  readonly pinned: boolean;
  readonly what: number;
  readonly which: number;
  readonly other: string;
}

const speech: readonly [number, (act: Act) => unknown] = [
  40,
  ({ scene, id, userId, what, which, other }) =>
    scene.send(id, userId, `text ${which} of ${what}`, what % 5 === 0 ? { mentions: [other] } : {}),
];

/** What people do, each up to a number: the distance to the one before is how often. */
const acts: readonly (readonly [upTo: number, act: (act: Act) => unknown])[] = [
  speech,
  [
    52,
    ({ scene, id, userId, sequence, which, other }) =>
      scene.edit(id, sequence, userId, `edited ${which}`, which % 3 === 0 ? [other] : []),
  ],
  [55, ({ scene, id, userId, sequence }) => scene.delete(id, sequence, userId)],
  [60, ({ scene, id, userId, sequence, which }) => scene.react(id, sequence, userId, which % 2 === 0 ? '👍' : '🎉')],
  [62, ({ scene, id, userId, sequence }) => scene.unreact(id, sequence, userId, '👍')],
  [
    68,
    ({ scene, id, userId, sequence, pinned }) =>
      pinned ? scene.unpin(id, sequence, userId) : scene.pin(id, sequence, userId),
  ],
  [70, ({ scene, id, userId, which }) => scene.rename(id, `title ${which}`, userId)],
  [78, ({ scene, id, userId, sequence, which }) => scene.read(id, userId, sequence, `dev_${which % 2}`)],
  [80, ({ scene, id, userId, sequence }) => scene.delivered(id, userId, sequence)],
  [82, ({ scene, id, userId, which }) => scene.role(id, userId, which % 2 === 0 ? 'admin' : 'member', userId)],
  [
    84,
    ({ scene, id, userId, which }) => {
      const data = { conversationId: id, until: which % 2 === 0 ? null : 1_800_000_000_000 };
      scene.user(userId, { type: 'ConversationMuted.v1', data });
    },
  ],
  [
    85,
    ({ scene, id, userId }) => scene.user(userId, { type: 'ConversationArchived.v1', data: { conversationId: id } }),
  ],
  [93, ({ scene, id, userId }) => scene.leave(id, userId)],
  [100, ({ scene, id, userId, other }) => scene.remove(id, userId, other)],
];
