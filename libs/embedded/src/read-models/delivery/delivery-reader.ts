import { sequenceWindowsOf, type SequenceWindow } from '@parley/events';
import type { DeliveryReader } from '@parley/ports';
import { EntryComposer } from '../inbox/entry-composer.js';
import { memberViewOf } from '../membership/membership-rows.js';
import { findPerson } from '../people/people-reader.js';
import type { ReadFiles } from '../reading/read-files.js';
import { receiptsOf } from '../watermarks/watermark-rows.js';

const needed = ['history', 'inbox', 'membership', 'watermarks'] as const;

/** Reads in the projecting thread, between two batches: everything is as the last batch left it. */
export class SqliteDeliveryReader implements DeliveryReader {
  constructor(private readonly files: ReadFiles) {}

  async message(conversationId: string, sequence: number): Promise<string | null> {
    return this.#read(({ history }) => {
      const conversation = history.conversation(conversationId);
      return conversation === undefined ? null : (history.message(conversation.no, sequence)?.body ?? null);
    });
  }

  async notice(conversationId: string, position: number): Promise<string | null> {
    return this.#read(({ history }) => {
      const conversation = history.conversation(conversationId);
      return conversation === undefined ? null : history.notice(conversation.no, position);
    });
  }

  async conversation(
    conversationId: string,
    position: number,
  ): Promise<{ readonly view: string; readonly pins: readonly number[] } | null> {
    return this.#read((composer) => {
      const view = composer.conversation(conversationId, position);
      return view === null ? null : { view, pins: composer.pins(conversationId) };
    });
  }

  async member(conversationId: string, userId: string): Promise<string | null> {
    return this.#read(({ membership }) => {
      const row = membership.member(conversationId, userId);
      return row === undefined ? null : memberViewOf(row);
    });
  }

  async joinedEntry(
    conversationId: string,
    userId: string,
    position: number,
  ): Promise<{ readonly entry: string; readonly windows: readonly SequenceWindow[] } | null> {
    return this.#read((composer) => {
      const row = composer.membership.member(conversationId, userId);
      const entry = row === undefined || row.role === null ? null : composer.entryOf(row, position);
      if (row === undefined || entry === null) return null;
      return { entry, windows: sequenceWindowsOf(composer.membership.windows(row)) };
    });
  }

  async receipts(conversationId: string): Promise<string> {
    return this.#read((composer, db) =>
      receiptsOf(db, conversationId, composer.membership.memberCount(conversationId)),
    );
  }

  async readState(conversationId: string, userId: string): Promise<string | null> {
    return this.#read((composer) => composer.readState(conversationId, userId, Number.MAX_SAFE_INTEGER));
  }

  async settings(conversationId: string, userId: string): Promise<string> {
    return this.#read((composer) => composer.settings(conversationId, userId));
  }

  async person(userId: string): Promise<string | null> {
    const db = this.files.open('people');
    return db.snapshot(['people'], () => findPerson(db, userId));
  }

  async conversationsOf(userId: string): Promise<readonly string[]> {
    return this.#read(({ membership }) => membership.conversationsOf(userId, Number.MAX_SAFE_INTEGER));
  }

  #read<T>(work: (composer: EntryComposer, db: ReturnType<ReadFiles['open']>) => T): T {
    const db = this.files.open(...needed);
    return db.snapshot(needed, () => work(new EntryComposer(db), db));
  }
}
