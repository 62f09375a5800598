import { accountRoutes, conversationCommandRoutes, messageCommandRoutes, type Route } from '@parley/protocol';
import { setTimeout as pause } from 'node:timers/promises';
import { randomOf } from '../../bench/prefill/random.js';
import type { Person } from '../../kit/people.js';
import { call } from '../../kit/rest.js';
import type { RebuildScene } from './scene.js';

const pauseMs = 60;

/** What people do while projections are rebuilt, of every kind that leaves rows: until the signal comes. */
export class Talk {
  /** Answers other than a success. */
  readonly troubles: string[] = [];
  said = 0;
  readonly #random: () => number;
  readonly #last = new Map<string, number>();
  readonly #done: Promise<void>;
  readonly #end = new AbortController();

  constructor(private readonly scene: RebuildScene) {
    this.#random = randomOf(scene.seed + 1);
    this.#done = Promise.all(scene.people.map((person) => this.#run(person))).then(() => undefined);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#done;
  }

  async #run(person: Person): Promise<void> {
    while (!this.#end.signal.aborted) {
      await this.#act(person).catch((error: unknown) => this.troubles.push(String(error)));
      await pause(pauseMs + this.#random() * pauseMs);
    }
  }

  async #act(person: Person): Promise<void> {
    const { conversations, people } = this.scene;
    const conversationId = this.#one(conversations);
    const sequence = Math.max(1, (this.#last.get(conversationId) ?? 1) - Math.floor(this.#random() * 5));
    const message = { params: { conversationId, sequence } };
    const dice = this.#random();
    if (dice < 0.6) await this.#say(person, conversationId);
    else if (dice < 0.68) await this.#do(person, messageCommandRoutes.react, withEmoji(conversationId, sequence));
    else if (dice < 0.72) await this.#do(person, messageCommandRoutes.unreact, withEmoji(conversationId, sequence));
    else if (dice < 0.84) {
      const read = this.#last.get(conversationId) ?? 1;
      await this.#do(person, messageCommandRoutes.advanceWatermark, { params: { conversationId }, body: { read } });
    } else if (dice < 0.88) await this.#do(person, messageCommandRoutes.pinMessage, message);
    else if (dice < 0.91) await this.#do(person, messageCommandRoutes.unpinMessage, message);
    else if (dice < 0.94) {
      const body = { muted: this.#random() < 0.5 };
      await this.#do(person, messageCommandRoutes.changeSettings, { params: { conversationId }, body });
    } else if (dice < 0.97) {
      const body = { displayName: `${person.username.slice(0, 3)} ${++this.said}` };
      await this.#do(person, accountRoutes.changeProfile, { body });
    } else {
      const [owner, last] = [people[0], people.at(-1)];
      if (owner === undefined || last === undefined || person !== owner) return;
      const params = { conversationId: conversations.at(-1) ?? '', userId: last.userId };
      await this.#do(owner, conversationCommandRoutes.removeMember, { params });
      await this.#do(owner, conversationCommandRoutes.addMembers, { params, body: { userIds: [last.userId] } });
    }
  }

  async #say(person: Person, conversationId: string): Promise<void> {
    const clientMessageId = `t${++this.said}`;
    const content = { type: 'text.v1', text: `what was said ${this.said}` };
    const body = { clientMessageId, content };
    const answer = await this.#do(person, messageCommandRoutes.sendMessage, { params: { conversationId }, body });
    const { sequence = 0 } = (answer.body ?? {}) as { sequence?: number };
    if (sequence > (this.#last.get(conversationId) ?? 0)) this.#last.set(conversationId, sequence);
    if (sequence === 0 || this.#random() > 0.15) return;
    const params = { conversationId, sequence };
    if (this.#random() < 0.3) await this.#do(person, messageCommandRoutes.deleteMessage, { params });
    else {
      const edited = { content: { type: 'text.v1', text: `what was meant ${this.said}` } };
      await this.#do(person, messageCommandRoutes.editMessage, { params, body: edited });
    }
  }

  /** Refusals that follow from what others do meanwhile (a message that is deleted) are part of talking. */
  async #do(person: Person, route: Route, input: Parameters<typeof call>[2]) {
    const answer = await call(this.scene.server.url, route, { ...input, token: person.token });
    if (answer.status >= 500) this.troubles.push(`${route.method} ${route.path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  #one<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)] as T;
  }
}

const withEmoji = (conversationId: string, sequence: number) => ({ params: { conversationId, sequence, emoji: '👍' } });
