import type { KeyValueStore, ParleyClient, PersonView } from '@parley/client';

const key = 'web/people';
const perRequest = 200;
const keptAtMost = 5000;

/** Names by user id: learned in batches when a page meets an id that it does not know, kept for the next run. */
export class People {
  readonly #client: ParleyClient;
  readonly #store: KeyValueStore;
  readonly #onLearned: (people: readonly PersonView[]) => void;
  readonly #known = new Map<string, PersonView>();
  readonly #wanted = new Set<string>();
  #asking = false;

  constructor(client: ParleyClient, store: KeyValueStore, onLearned: (people: readonly PersonView[]) => void) {
    this.#client = client;
    this.#store = store;
    this.#onLearned = onLearned;
  }

  get all(): readonly PersonView[] {
    return [...this.#known.values()];
  }

  async load(): Promise<void> {
    const json = await this.#store.get(key);
    for (const person of json === undefined ? [] : (JSON.parse(json) as PersonView[]))
      this.#known.set(person.id, person);
  }

  async forget(): Promise<void> {
    this.#known.clear();
    this.#wanted.clear();
    await this.#store.delete(key);
  }

  note(people: readonly PersonView[]): void {
    if (people.length === 0) return;
    for (const { id, username, displayName, about } of people) {
      this.#known.delete(id);
      this.#known.set(id, { id, username, displayName, about });
    }
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= keptAtMost) break;
      this.#known.delete(oldest);
    }
    this.#onLearned(people);
    void this.#store.set(key, JSON.stringify(this.all));
  }

  /** Asks for those that are not known. What fails is asked for again with the next ones, or at the next connection. */
  learn(userIds: readonly string[]): void {
    for (const id of userIds) if (!this.#known.has(id)) this.#wanted.add(id);
    void this.ask();
  }

  async ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      while (this.#wanted.size > 0) {
        const ids = [...this.#wanted].slice(0, perRequest);
        const { data } = await this.#client.api.people.find({ ids });
        for (const id of ids) this.#wanted.delete(id);
        this.note(data);
      }
    } catch {
      // Offline, most likely: `ask` is called again when the connection is back.
    } finally {
      this.#asking = false;
    }
  }
}
