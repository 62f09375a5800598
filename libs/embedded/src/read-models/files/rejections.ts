import { OperationsRejected } from '@parley/ports';

/** Collects what does not fit the rows, so that one pass over a batch finds all of it. */
export class Rejections {
  readonly #reasons = new Map<number, string>();

  add(position: number, reason: string): void {
    if (!this.#reasons.has(position)) this.#reasons.set(position, reason);
  }

  /** @throws OperationsRejected when there are any. */
  throwIfAny(): void {
    if (this.#reasons.size > 0) throw new OperationsRejected(this.#reasons);
  }
}
