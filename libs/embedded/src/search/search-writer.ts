import { hasLink, tokenText } from '@parley/platform/search';
import type { SearchOperation } from '@parley/ports';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Rejections } from '../read-models/files/rejections.js';
import type { RowWriter } from '../read-models/files/sqlite-projection.js';
import { MessagePlaces } from './message-places.js';
import { NameNumbers } from './name-numbers.js';
import { flag, indexedText, type SearchRow } from './search-rows.js';
import { TimeBlocks } from './time-blocks.js';

type IndexMessage = Extract<SearchOperation, { type: 'index-message' }>;
type ChangeMessage = Exclude<SearchOperation, IndexMessage>;

/**
 * Brings a batch of operations into the rows and the index. Everything that happens to a message in one batch is
 * folded first, and rows are written in rising position: the index keeps what comes in order in memory and writes it
 * once, but is made to flush whenever a position goes back.
 */
export class SearchWriter implements RowWriter<SearchOperation> {
  readonly #names: NameNumbers;
  readonly #places: MessagePlaces;
  readonly #times: TimeBlocks;
  readonly #add: StatementSync;
  readonly #update: StatementSync;
  readonly #index: StatementSync;
  readonly #unindex: StatementSync;

  constructor(db: DatabaseSync) {
    this.#names = new NameNumbers(db);
    this.#places = new MessagePlaces(db);
    this.#times = new TimeBlocks(db);
    this.#add = db.prepare('INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#update = db.prepare('UPDATE messages SET changed = ?, flags = ?, tokens = ? WHERE position = ?');
    this.#index = db.prepare('INSERT INTO search_index (rowid, tokens) VALUES (CAST(? AS INTEGER), ?)');
    this.#unindex = db.prepare(
      `INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', CAST(? AS INTEGER), ?)`,
    );
  }

  write(operations: readonly SearchOperation[]): void {
    const batch = new Batch();
    const rejections = new Rejections();
    for (const operation of operations) {
      if (operation.type === 'index-message') batch.add(this.#rowOf(operation));
      else this.#change(batch, operation, rejections);
    }
    rejections.throwIfAny();
    for (const { row, indexed } of batch.changed()) {
      this.#update.run(row.changed, row.flags, row.tokens, row.position);
      this.#unindex.run(row.position, indexed);
      this.#index.run(row.position, indexedText(row));
    }
    for (const row of batch.added()) this.#insert(row);
    this.#times.save();
  }

  forget(): void {
    this.#names.forget();
    this.#times.forget();
  }

  #rowOf(operation: IndexMessage): SearchRow {
    const { position, conversationId, sequence, senderId, time } = operation;
    return {
      position,
      conversation: this.#names.numberOf(conversationId),
      sequence,
      sender: this.#names.numberOf(senderId),
      time,
      changed: position,
      ...contentOf(operation.text, operation.mentions),
    };
  }

  #insert(row: SearchRow): void {
    const { position, conversation, sequence, sender, time, changed, flags, tokens } = row;
    const added = this.#add.run(position, conversation, sequence, sender, time, changed, flags, tokens);
    if (added.changes === 0) return;
    this.#places.note(conversation, sequence, position);
    this.#times.add(position, time);
    this.#index.run(position, indexedText(row));
  }

  #change(batch: Batch, operation: ChangeMessage, rejections: Rejections): void {
    const { position, conversationId, sequence } = operation;
    const conversation = this.#names.find(conversationId);
    const row =
      conversation === null ? null : (batch.find(conversation, sequence) ?? this.#load(batch, conversation, sequence));
    if (row === null) {
      rejections.add(position, `there is no message ${sequence} in ${conversationId}`);
      return;
    }
    // A later write is there already, or nothing is left to change.
    if (position <= row.changed || (row.flags & flag.removed) !== 0) return;
    row.changed = position;
    const content =
      operation.type === 'edit-message'
        ? contentOf(operation.text, operation.mentions)
        : { flags: flag.removed, tokens: ' ' };
    row.flags = content.flags;
    row.tokens = content.tokens;
  }

  #load(batch: Batch, conversation: number, sequence: number): SearchRow | null {
    const row = this.#places.find(conversation, sequence);
    if (row !== null) batch.load(row);
    return row;
  }
}

function contentOf(text: string | null, mentions: readonly string[]): { flags: number; tokens: string } {
  const mention = mentions.length > 0 ? flag.mention : 0;
  if (text === null) return { flags: mention, tokens: ' ' };
  return { flags: mention | (hasLink(text) ? flag.link : 0), tokens: tokenText(text) };
}

interface Loaded {
  readonly row: SearchRow;
  /** What the index holds of it. */
  readonly indexed: string;
  readonly changedBefore: number;
}

/** The messages that a batch touches, new ones apart from those that were there. */
class Batch {
  readonly #added: SearchRow[] = [];
  readonly #loaded: Loaded[] = [];
  /** Made at the first look-up: most batches only add. */
  #bySequence: Map<string, SearchRow> | null = null;

  add(row: SearchRow): void {
    this.#added.push(row);
    this.#bySequence?.set(key(row.conversation, row.sequence), row);
  }

  load(row: SearchRow): void {
    this.#loaded.push({ row, indexed: indexedText(row), changedBefore: row.changed });
    this.#bySequence?.set(key(row.conversation, row.sequence), row);
  }

  find(conversation: number, sequence: number): SearchRow | undefined {
    this.#bySequence ??= new Map(this.#added.map((row) => [key(row.conversation, row.sequence), row]));
    return this.#bySequence.get(key(conversation, sequence));
  }

  added(): readonly SearchRow[] {
    return this.#added;
  }

  /** In rising position. */
  changed(): readonly Loaded[] {
    return this.#loaded
      .filter(({ row, changedBefore }) => row.changed !== changedBefore)
      .sort((a, b) => a.row.position - b.row.position);
  }
}

const key = (conversation: number, sequence: number): string => `${conversation}:${sequence}`;
