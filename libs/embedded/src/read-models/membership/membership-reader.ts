import type { SequenceWindow } from '@parley/events';
import type { ConversationMembership, MembershipReader } from '@parley/ports';
import type { ReadConnection } from '../reading/read-connection.js';
import type { ReadFiles } from '../reading/read-files.js';
import { MembershipRows, memberViewOf } from './membership-rows.js';

export class SqliteMembershipReader implements MembershipReader {
  constructor(private readonly files: ReadFiles) {}

  async membership(conversationId: string, userId: string): Promise<ConversationMembership | null> {
    return this.#read((rows) => {
      const row = rows.member(conversationId, userId);
      if (row === undefined) return null;
      return { conversationId, userId, role: row.role, windows: rows.windows(row) };
    });
  }

  async conversationsOf(
    userId: string,
  ): Promise<{ readonly position: number; readonly conversationIds: readonly string[] }> {
    const position = this.files.safePosition();
    return this.#read((rows) => ({ position, conversationIds: rows.conversationsOf(userId, position) }));
  }

  async windowsOf(userId: string): Promise<{
    readonly position: number;
    readonly windows: ReadonlyMap<string, readonly SequenceWindow[]>;
  }> {
    const position = this.files.safePosition();
    return this.#read((rows) => ({ position, windows: rows.windowsOf(userId, position) }));
  }

  async members(conversationId: string, afterUserId: string | null, limit: number): Promise<readonly string[]> {
    return this.#read((rows) => rows.members(conversationId, afterUserId ?? '', limit).map(memberViewOf));
  }

  async shareConversation(userId: string, otherId: string): Promise<boolean> {
    return this.#read((rows) => rows.shareConversation(userId, otherId));
  }

  #read<T>(work: (rows: MembershipRows, db: ReadConnection) => T): T {
    const db = this.files.open('membership');
    return db.snapshot(['membership'], () => work(new MembershipRows(db), db));
  }
}
