import type { Delivery } from '@parley/ports';

/**
 * What arrives live while older changes are still being read. Bounded: when full it forgets everything and says so;
 * the replay then reads once more what it missed.
 */
export class DeliveryBuffer {
  #deliveries: Delivery[] = [];
  #overflowed = false;

  constructor(private readonly limit: number) {}

  push(delivery: Delivery): void {
    if (this.#overflowed) return;
    if (this.#deliveries.length < this.limit) this.#deliveries.push(delivery);
    else this.overflow();
  }

  /** Something that belonged in here was lost. */
  overflow(): void {
    this.#deliveries = [];
    this.#overflowed = true;
  }

  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** In the order of arrival, which is the order of positions. */
  get deliveries(): readonly Delivery[] {
    return this.#deliveries;
  }
}
