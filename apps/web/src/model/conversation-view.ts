import { type Signal, signal } from '@preact/signals';
import type { MessageView, NoticeView } from '@parley/client';
import type { Link } from './link.js';
import { Slice } from './timeline.js';

const pageSize = 60;

/** Where to scroll: a message, or the end. `at` tells two wishes for the same place apart. */
export interface Wish {
  readonly sequence: number | 'end';
  readonly at: number;
  /** Show it as the one that was looked for. */
  readonly mark: boolean;
}

/** One open conversation: its slice, what is being read of it, and where the reader is to be taken. */
export class ConversationModel {
  readonly id: string;
  readonly slice = new Slice();
  /** Rises whenever the slice is different. */
  readonly version: Signal<number> = signal(0);
  readonly loading: Signal<'before' | 'after' | null> = signal(null);
  readonly wish: Signal<Wish> = signal({ sequence: 'end', at: 0, mark: false });
  /** Messages above it were new when the conversation was opened. */
  readonly newAfter: Signal<number>;
  readonly #link: Link;
  /** Read since the connection was last lost. */
  #isFresh = false;
  #target: number | null = null;
  readonly #opened: Promise<void>;

  constructor(id: string, link: Link, read: number) {
    this.id = id;
    this.#link = link;
    this.newAfter = signal(read);
    this.#opened = this.#open();
  }

  async #open(): Promise<void> {
    const { messages, notices } = await this.#link.call.open(this.id);
    if (this.#target === null && this.slice.size === 0) {
      this.slice.show(messages, notices);
      this.#changed();
    }
  }

  /** The connection is up: what is shown from the cache is brought up to date. */
  async refresh(): Promise<void> {
    await this.#opened;
    if (this.#isFresh || this.slice.hasAfter) return;
    this.#isFresh = true;
    try {
      const page = await this.#link.call.newest(this.id, pageSize);
      if (this.slice.hasAfter) return;
      this.slice.add(page);
      this.#changed();
    } catch {
      this.#isFresh = false;
    }
  }

  stale(): void {
    this.#isFresh = false;
  }

  received(message: MessageView): void {
    if (!this.slice.put(message)) {
      this.stale();
      void this.refresh();
    }
    this.#changed();
  }

  noticed(notice: NoticeView): void {
    this.slice.putNotice(notice);
    this.#changed();
  }

  async loadBefore(): Promise<void> {
    if (!this.slice.hasBefore || this.slice.size === 0) return;
    await this.#load('before', { before: this.slice.first }, 'last');
  }

  async loadAfter(): Promise<void> {
    if (!this.slice.hasAfter) return;
    await this.#load('after', { after: this.slice.last }, 'first');
  }

  /** Takes the reader to a message, and reads around it when it is not in the document. */
  async jumpTo(sequence: number, mark = true): Promise<void> {
    this.#target = sequence;
    await this.#opened;
    if (!this.slice.has(sequence)) {
      const page = await this.#link.call.history(this.id, { around: sequence, limit: pageSize, notices: true });
      this.slice.show([], []);
      this.slice.add(page);
      this.#changed();
    }
    this.#wish(sequence, mark);
  }

  async jumpToEnd(): Promise<void> {
    this.#target = null;
    if (this.slice.hasAfter) {
      this.slice.show([], []);
      this.stale();
      await this.refresh();
    }
    this.#wish('end', false);
  }

  /** To the first message of a day, or the next one there is. `day`: the start of it, RFC 3339. */
  async jumpToTime(day: string): Promise<boolean> {
    let low = 1;
    let high = this.slice.hasAfter ? await this.#lastSequence() : this.slice.last;
    const end = high;
    // Times rise with sequences, nearly: a binary search by pages of one.
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const { entries } = await this.#link.call.history(this.id, { after: middle - 1, limit: 1 });
      const [found] = entries;
      if (found?.kind !== 'message') return false;
      if (found.message.time >= day) high = middle;
      else low = Math.max(found.message.sequence, middle) + 1;
    }
    await this.jumpTo(Math.min(low, end));
    return true;
  }

  /** Everything that is there now counts as seen: the line goes. */
  clearNew(): void {
    this.newAfter.value = Number.MAX_SAFE_INTEGER;
  }

  async #lastSequence(): Promise<number> {
    const { entries } = await this.#link.call.history(this.id, { limit: 1 });
    const [last] = entries;
    return last?.kind === 'message' ? last.message.sequence : 0;
  }

  async #load(
    side: 'before' | 'after',
    query: { before: number } | { after: number },
    letGo: 'first' | 'last',
  ): Promise<void> {
    if (this.loading.value !== null) return;
    this.loading.value = side;
    try {
      const page = await this.#link.call.history(this.id, { ...query, limit: pageSize, notices: true });
      this.slice.add(page);
      this.slice.trim(letGo);
      this.#changed();
    } catch {
      // Offline: scrolling asks again.
    } finally {
      this.loading.value = null;
    }
  }

  #wish(sequence: Wish['sequence'], mark: boolean): void {
    this.wish.value = { sequence, mark, at: this.wish.value.at + 1 };
  }

  #changed(): void {
    this.version.value++;
  }
}
