import { foldNick } from './nick.js';

/** A user to be made for the demo. */
export interface Person {
  /** `person-1`, `person-2`, … in the order of appearance. */
  readonly id: string;
  /** The nick of the first appearance: the display name to begin with. */
  readonly firstName: string;
}

/**
 * Who is behind a nick. Within a day a person is followed through every rename. On a new day a nick means the person
 * who was the first to have it, unless that person goes by another nick that day.
 */
export class Cast {
  readonly #people: Person[] = [];
  readonly #names = new Map<string, string>();
  /** By folded nick, of all days. */
  readonly #firstHolders = new Map<string, string>();
  /** By folded nick, of this day. */
  #holders = new Map<string, string>();

  get people(): readonly Person[] {
    return this.#people;
  }

  /** The display name that the person has now. */
  nameOf(person: string): string {
    return this.#names.get(person) ?? '';
  }

  newDay(): void {
    this.#holders = new Map();
  }

  /** The person with this nick today, if anybody was seen with it. */
  holder(nick: string): string | undefined {
    return this.#holders.get(foldNick(nick));
  }

  /** The person with this nick today; somebody from an earlier day or a new person if nobody was seen with it. */
  appear(nick: string): string {
    const seen = this.holder(nick);
    if (seen !== undefined) return seen;
    const first = this.#firstHolders.get(foldNick(nick));
    const person = first === undefined || this.#isAround(first) ? this.#add(nick) : first;
    this.#hold(nick, person);
    return person;
  }

  /** From now on the person has this name; the nick that the person had today is free again. */
  rename(person: string, name: string): void {
    const former = foldNick(this.nameOf(person));
    if (this.#holders.get(former) === person) this.#holders.delete(former);
    this.#names.set(person, name);
    this.#hold(name, person);
  }

  #isAround(person: string): boolean {
    return this.holder(this.nameOf(person)) === person;
  }

  #add(nick: string): string {
    const id = `person-${this.#people.length + 1}`;
    this.#people.push({ id, firstName: nick });
    this.#names.set(id, nick);
    return id;
  }

  #hold(nick: string, person: string): void {
    const key = foldNick(nick);
    this.#holders.set(key, person);
    if (!this.#firstHolders.has(key)) this.#firstHolders.set(key, person);
  }
}
