import type { PresenceView, ServerFrameOf } from '@parley/protocol';
import type { Requests } from './requests.js';

/**
 * Presence of the people asked for. The list is the connection's, so it is said again after every reconnect. While the
 * connection is down nothing is known: entries are as they were.
 */
export class Presence {
  readonly #requests: Requests;
  readonly #onPresence: (people: readonly PresenceView[]) => void;
  readonly #people = new Map<string, PresenceView>();
  #wanted: readonly string[] = [];

  constructor(requests: Requests, onPresence: (people: readonly PresenceView[]) => void) {
    this.#requests = requests;
    this.#onPresence = onPresence;
  }

  of(userId: string): PresenceView | undefined {
    return this.#people.get(userId);
  }

  /** Replaces the list; at most 500. Resolves with what is known of each. */
  async subscribe(userIds: readonly string[]): Promise<readonly PresenceView[]> {
    this.#wanted = [...userIds];
    const wanted = new Set(userIds);
    for (const known of this.#people.keys()) if (!wanted.has(known)) this.#people.delete(known);
    const answer = await this.#requests.command({ type: 'presence_subscribe', userIds: [...userIds] });
    return this.received(answer as ServerFrameOf<'presence'>);
  }

  received({ people }: ServerFrameOf<'presence'>): readonly PresenceView[] {
    for (const person of people) this.#people.set(person.userId, person);
    if (people.length > 0) this.#onPresence(people);
    return people;
  }

  /** The connection is up. A list that cannot be said now is said at the next one. */
  up(): void {
    if (this.#wanted.length === 0) return;
    this.#requests.once({ type: 'presence_subscribe', userIds: [...this.#wanted] }).then(
      (answer) => this.received(answer as ServerFrameOf<'presence'>),
      () => {},
    );
  }
}
