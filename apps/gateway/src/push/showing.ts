import { sees, type SequenceWindow } from '@parley/events';
import { type ConversationDelivery, withPins } from '@parley/ports';
import type { Person } from './person.js';

/** What each member gets of a delivery that not all of them may see, or not all of it. */
export class Showing {
  /** One text for all who see the same pins. */
  readonly #byPins = new Map<string, ConversationDelivery>();

  constructor(private readonly delivery: ConversationDelivery) {}

  /** Every new message: nobody need be looked at. */
  static isForAll({ shows, pins, except }: ConversationDelivery): boolean {
    return shows === undefined && pins === undefined && except === undefined;
  }

  reaches(person: Person): boolean {
    const { shows, except } = this.delivery;
    return person.userId !== except && (shows === undefined || sees(this.#windowsOf(person), shows));
  }

  /** null: nothing. */
  to(person: Person): ConversationDelivery | null {
    if (!this.reaches(person)) return null;
    const { pins } = this.delivery;
    if (pins === undefined) return this.delivery;
    const windows = this.#windowsOf(person);
    const visible = pins.filter((sequence) => sees(windows, sequence));
    return visible.length === pins.length ? this.delivery : this.#withPins(visible);
  }

  #withPins(pins: readonly number[]): ConversationDelivery {
    const key = pins.join(' ');
    let shown = this.#byPins.get(key);
    if (shown === undefined) {
      shown = { ...this.delivery, pins, change: withPins(this.delivery.change, pins) };
      this.#byPins.set(key, shown);
    }
    return shown;
  }

  /** Whoever has none sees nothing. */
  #windowsOf(person: Person): readonly SequenceWindow[] {
    return person.conversations.get(this.delivery.conversationId) ?? [];
  }
}
