import type { Delivery } from '@parley/ports';

/** What an object costs beside its texts, in characters. */
const overhead = 100;

/** Deliveries of one partition, in the order of their positions, that wait for the other partitions. */
export class HeldDeliveries {
  #deliveries: Delivery[] = [];
  /** Those before it are gone. */
  #first = 0;

  /** Answers what it costs, in characters. */
  add(delivery: Delivery): number {
    const last = this.#deliveries.at(-1);
    this.#deliveries.push(delivery);
    if (last !== undefined && last.position > delivery.position) {
      this.#deliveries = this.#deliveries.slice(this.#first).sort((a, b) => a.position - b.position);
      this.#first = 0;
    }
    return costOf(delivery);
  }

  /** Moves those up to this position to `to`; answers what they cost. */
  take(upTo: number, to: Delivery[]): number {
    return this.#remove(upTo, (delivery) => to.push(delivery));
  }

  /** Answers what was dropped. */
  drop(upTo: number): number {
    return this.#remove(upTo, () => {});
  }

  #remove(upTo: number, each: (delivery: Delivery) => void): number {
    let cost = 0;
    for (; this.#first < this.#deliveries.length; this.#first++) {
      const delivery = this.#deliveries[this.#first];
      if (delivery === undefined || delivery.position > upTo) break;
      cost += costOf(delivery);
      each(delivery);
    }
    if (this.#first === this.#deliveries.length) {
      this.#deliveries.length = 0;
      this.#first = 0;
    }
    // Moving the rest down costs as much as was taken away since, so it is paid once in a while.
    if (this.#first > 64 && this.#first * 2 >= this.#deliveries.length) {
      this.#deliveries = this.#deliveries.slice(this.#first);
      this.#first = 0;
    }
    return cost;
  }
}

const costOf = (delivery: Delivery): number => overhead + delivery.change.length;
