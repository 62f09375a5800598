import type { HistoryPage, MessageView, NoticeView } from '@parley/client';

/** What a line of the timeline is. */
export type Entry =
  | { readonly kind: 'message'; readonly key: string; readonly message: MessageView }
  | { readonly kind: 'notice'; readonly key: string; readonly notice: NoticeView };

/** Messages at most in the document; beyond, those at the far end are let go, and read again when they are wanted. */
const sliceLimit = 300;
const sliceAfterTrim = 220;

/**
 * The part of a conversation that is in the document: messages of neighbouring sequences and the notices between them.
 * However long the conversation is, this is bounded; pages are added at one end and let go at the other.
 */
export class Slice {
  readonly #messages = new Map<number, MessageView>();
  #notices = new Map<string, NoticeView>();
  /** There is more above; there is more below. */
  hasBefore = true;
  hasAfter = false;

  get size(): number {
    return this.#messages.size;
  }

  get first(): number {
    return Math.min(...this.#messages.keys());
  }

  get last(): number {
    return this.#messages.size === 0 ? 0 : Math.max(...this.#messages.keys());
  }

  has(sequence: number): boolean {
    return this.#messages.has(sequence);
  }

  get(sequence: number): MessageView | undefined {
    return this.#messages.get(sequence);
  }

  /** In the order of the conversation: a notice after the message it follows. */
  entries(): Entry[] {
    const lines: { order: number; position: bigint; entry: Entry }[] = [];
    for (const message of this.#messages.values())
      lines.push({
        order: message.sequence,
        position: -1n,
        entry: { kind: 'message', key: `m${message.sequence}`, message },
      });
    const first = this.size === 0 ? 0 : this.first - 1;
    for (const notice of this.#notices.values()) {
      if (notice.afterSequence < first && this.hasBefore) continue;
      if (notice.afterSequence > this.last && this.hasAfter) continue;
      lines.push({
        order: notice.afterSequence,
        position: BigInt(notice.position),
        entry: { kind: 'notice', key: `n${notice.position}`, notice },
      });
    }
    lines.sort((a, b) => a.order - b.order || (a.position < b.position ? -1 : 1));
    return lines.map(({ entry }) => entry);
  }

  /** Begins anew with what is held: the newest messages. */
  show(messages: readonly MessageView[], notices: readonly NoticeView[]): void {
    this.#messages.clear();
    this.#notices = new Map(notices.map((notice) => [notice.position, notice]));
    for (const message of messages.slice(-sliceLimit)) this.#messages.set(message.sequence, message);
    this.hasAfter = false;
    this.hasBefore = true;
  }

  /** Puts a page beside or over what is there. One that does not touch it takes its place. */
  add({ entries, hasMoreBefore, hasMoreAfter }: HistoryPage): void {
    const messages = entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []));
    const from = messages[0]?.sequence;
    const to = messages.at(-1)?.sequence;
    const touches =
      this.size === 0 || from === undefined || to === undefined || (from <= this.last + 1 && to >= this.first - 1);
    if (!touches) this.show([], []);
    const isFirst = this.size === 0;
    if (isFirst || from === undefined || from < this.first) this.hasBefore = hasMoreBefore;
    if (isFirst || (to !== undefined && to >= this.last)) this.hasAfter = hasMoreAfter;
    for (const message of messages) this.#messages.set(message.sequence, message);
    for (const entry of entries) if (entry.kind === 'notice') this.#notices.set(entry.notice.position, entry.notice);
  }

  /** A message that is new, or different now. False: it does not continue what is there, so the end is to be read. */
  put(message: MessageView): boolean {
    const { sequence } = message;
    if (this.#messages.has(sequence)) this.#messages.set(sequence, message);
    else if (!this.hasAfter && sequence > this.last) {
      if (this.size > 0 && sequence !== this.last + 1) return false;
      this.#messages.set(sequence, message);
    }
    return true;
  }

  putNotice(notice: NoticeView): void {
    this.#notices.set(notice.position, notice);
  }

  /** Lets go what is too much at one end. */
  trim(end: 'first' | 'last'): void {
    if (this.size <= sliceLimit) return;
    const sequences = [...this.#messages.keys()].sort((a, b) => a - b);
    const excess = sequences.length - sliceAfterTrim;
    const dropped = end === 'first' ? sequences.slice(0, excess) : sequences.slice(-excess);
    for (const sequence of dropped) this.#messages.delete(sequence);
    if (end === 'first') this.hasBefore = true;
    else this.hasAfter = true;
    for (const [position, { afterSequence }] of this.#notices)
      if (afterSequence < this.first - 1 || (this.hasAfter && afterSequence > this.last))
        this.#notices.delete(position);
  }
}
