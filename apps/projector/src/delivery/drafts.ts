import type { ChangeKind, Delivery, DeliveryReader } from '@parley/ports';

/** A delivery with its place among those of the same event. */
export interface Ranked {
  readonly delivery: Delivery;
  readonly rank: number;
}

/** A thing that changed in a batch; what is told of it is read when the whole batch is known. */
export interface Draft {
  readonly kind: ChangeKind;
  /** Of its last change in the batch. */
  readonly position: number;
  make(reader: DeliveryReader): Promise<readonly Delivery[]>;
}

/** A draft and the name of its thing among those of its kind. */
export interface Drafted {
  readonly thing: string;
  readonly draft: Draft;
}

/** One draft a thing: a later change of the same thing replaces the earlier one. */
export class Drafts {
  readonly #byThing = new Map<string, Draft>();

  get isEmpty(): boolean {
    return this.#byThing.size === 0;
  }

  add({ thing, draft }: Drafted): void {
    this.#byThing.set(`${draft.kind} ${thing}`, draft);
  }

  all(): Iterable<Draft> {
    return this.#byThing.values();
  }
}
