import type { Person } from './person.js';

/** Who of the connected people is in a conversation now. Costs nothing for conversations without any. */
export class Audiences {
  readonly #people = new Map<string, Set<Person>>();

  of(conversationId: string): Iterable<Person> {
    return this.#people.get(conversationId) ?? nobody;
  }

  join(conversationId: string, person: Person): void {
    const people = this.#people.get(conversationId);
    if (people === undefined) this.#people.set(conversationId, new Set([person]));
    else people.add(person);
  }

  leave(conversationId: string, person: Person): void {
    const people = this.#people.get(conversationId);
    if (people?.delete(person) === true && people.size === 0) this.#people.delete(conversationId);
  }

  clear(): void {
    this.#people.clear();
  }
}

const nobody: readonly Person[] = [];
