import { Histogram } from './histogram.js';
import { nowMicros, readStamp } from './stamped-text.js';

/** Counts what was sent, settled and delivered, over the whole run and in the measured window. */
export class Tally {
  readonly acceptance = new Histogram();
  readonly delivery = new Histogram();
  readonly refused: Record<string, number> = {};
  sent = 0;
  accepted = 0;
  settled = 0;
  delivered = 0;
  backwards = 0;
  acceptedInWindow = 0;
  deliveredInWindow = 0;

  /** The highest counter seen, by receiver and sender. */
  readonly #seen = new Map<number, Map<number, number>>();
  #from = Infinity;
  #to = Infinity;

  openWindow(): void {
    this.#from = nowMicros();
  }

  /** Length of the window in seconds. */
  closeWindow(): number {
    this.#to = nowMicros();
    return (this.#to - this.#from) / 1e6;
  }

  onSettled(at: number, refusal: string | null): void {
    this.settled += 1;
    if (refusal !== null) {
      this.refused[refusal] = (this.refused[refusal] ?? 0) + 1;
      return;
    }
    const now = nowMicros();
    this.accepted += 1;
    if (this.#inWindow(now)) this.acceptedInWindow += 1;
    if (this.#inWindow(at)) this.acceptance.record(now - at);
  }

  onDelivered(receiver: number, text: string): void {
    const { sender, counter, at } = readStamp(text);
    const now = nowMicros();
    this.delivered += 1;
    if (this.#inWindow(now)) this.deliveredInWindow += 1;
    if (this.#inWindow(at)) this.delivery.record(now - at);

    const seen = this.#seen.get(receiver) ?? new Map<number, number>();
    this.#seen.set(receiver, seen);
    const highest = seen.get(sender) ?? -1;
    if (counter <= highest) this.backwards += 1;
    else seen.set(sender, counter);
  }

  #inWindow(micros: number): boolean {
    return micros >= this.#from && micros < this.#to;
  }
}
