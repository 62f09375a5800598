import type { ParleyEvent } from '@parley/events';
import type { Findings } from '../findings.js';
import type { SearchRow, SearchSource } from '../sources.js';
import type { ConversationFold } from './conversation-fold.js';
import type { TimedChange } from './message-fold.js';
import { RowsAhead } from './rows-ahead.js';

const pageSize = 500;
/** More of a message is not asked for in one search. */
const wordsAsked = 4;
/** Messages of a conversation that were never changed and are looked for by their words; changed ones always are. */
const unchangedAsked = 50;

type Sent = Extract<ParleyEvent, { type: 'MessageSent.v1' }>['data'];

/**
 * S: every message is in the index with its words, and by looking: words lead to it (a bounded number for each
 * conversation), and none that were edited away or deleted do. Messages in the order of their sequences.
 */
export class SearchComparison {
  readonly #rows: RowsAhead<SearchRow>;
  #unchanged = 0;

  constructor(
    private readonly fold: ConversationFold,
    private readonly search: SearchSource | null,
    private readonly findings: Findings,
  ) {
    this.#rows = new RowsAhead(async (last) => (await search?.page(fold.id, last?.position ?? 0, pageSize)) ?? []);
  }

  async take(sent: Sent, { time }: { readonly time: number }): Promise<void> {
    const { sequence, senderId } = sent;
    for (;;) {
      if (!this.#rows.isFilled) await this.#rows.fill();
      if ((this.#rows.first?.sequence ?? sequence) >= sequence) break;
      this.#tooMany();
    }
    const { id } = this.fold;
    const { now, before, hasMention, isRemoved } = textsOf(sent, this.fold.changes.get(sequence) ?? []);
    const words = now === null ? [] : (this.search?.wordsOf(now) ?? []);
    const due = { sequence, senderId, time, words, hasMention };
    const row = this.#rows.first;
    if (this.search === null || row?.sequence !== sequence) {
      this.findings.compare('S', id, `message ${sequence}`, due, undefined);
      return;
    }
    this.#rows.take();
    const { position, ...is } = row;
    const isBare = isRemoved && is.senderId === '' && is.time === 0;
    this.findings.compare('S', id, `message ${sequence}`, isBare ? { ...due, senderId: '', time: 0 } : due, is);
    if (before.length > 0 || this.#unchanged++ < unchangedAsked) {
      await this.#look(this.search, { sequence, position, words, before });
    }
  }

  /** What is left in the rows should not be there. */
  async end(): Promise<void> {
    for (await this.#rows.fill(); this.#rows.first !== undefined; await this.#rows.fill()) this.#tooMany();
  }

  #tooMany(): void {
    const row = this.#rows.first;
    this.#rows.take();
    this.findings.compare('S', this.fold.id, `message ${row?.sequence}`, undefined, row);
  }

  async #look(search: SearchSource, { sequence, position, words, before }: Looked): Promise<void> {
    const look = async (asked: readonly string[], expected: string): Promise<void> => {
      const leads = (await search.finds(position, asked)) ? 'found' : 'not found';
      this.findings.compare('S', this.fold.id, `message ${sequence} by "${asked.join(' ')}"`, expected, leads);
    };
    const asked = words.slice(0, wordsAsked);
    if (asked.length > 0) await look(asked, 'found');
    const gone = new Set(before.flatMap((text) => search.wordsOf(text)));
    for (const word of words) gone.delete(word);
    for (const word of [...gone].slice(0, wordsAsked)) await look([word], 'not found');
  }
}

interface Looked {
  readonly sequence: number;
  readonly position: number;
  readonly words: readonly string[];
  /** Texts that it had. */
  readonly before: readonly string[];
}

/** What a message says now, null: nothing that can be searched; and what it said before. */
function textsOf(
  { content, mentions = [] }: Sent,
  changes: readonly TimedChange[],
): {
  readonly now: string | null;
  readonly before: readonly string[];
  readonly hasMention: boolean;
  readonly isRemoved: boolean;
} {
  const texts: (string | null)[] = [textOf(content)];
  let hasMention = mentions.length > 0;
  for (const { change } of changes) {
    if (change.type === 'MessageDeleted.v1') {
      return { now: null, before: texts.filter((text) => text !== null), hasMention: false, isRemoved: true };
    }
    if (change.type !== 'MessageEdited.v1') continue;
    texts.push(textOf(change.data.content));
    hasMention = (change.data.mentions ?? []).length > 0;
  }
  const now = texts.at(-1) ?? null;
  return { now, before: texts.slice(0, -1).filter((text) => text !== null), hasMention, isRemoved: false };
}

const textOf = (content: Sent['content']): string | null => (content.type === 'text.v1' ? content.text : null);
