import type { Answer } from './answer.js';

/** A value that answers decide: what the last command that was carried out has said. */
export class Standing<T> {
  /** The one that is known first; then those that a lost answer may have told of. */
  #values: readonly T[];

  constructor(value: T) {
    this.#values = [value];
  }

  /** As last answered. */
  get value(): T {
    return this.#values[0] as T;
  }

  /** A command that makes it `value` was answered. Refused after a lost answer, either may stand. */
  note(value: T, answer: Answer): void {
    if (answer.kind === 'done') this.#values = [value];
    else if (answer.wasRepeated) this.#values = [...this.#values, value];
  }

  allows(value: T): boolean {
    return this.#values.includes(value);
  }
}
