import type { ChangesPage, InboxPage, InboxReader } from '@parley/ports';
import type { MemberRow } from '../membership/membership-rows.js';
import type { ReadConnection } from '../reading/read-connection.js';
import type { ReadFiles } from '../reading/read-files.js';
import { readChanges } from './changes.js';
import { EntryComposer } from './entry-composer.js';

const needed = ['history', 'inbox', 'membership', 'watermarks'] as const;

/** Fan-out on read: nothing is stored per member and message; what one may see is worked out from one's windows. */
export class SqliteInboxReader implements InboxReader {
  constructor(private readonly files: ReadFiles) {}

  async entries(query: Parameters<InboxReader['entries']>[0]): Promise<InboxPage> {
    const position = this.files.safePosition();
    const db = this.files.open(...needed);
    return db.snapshot(needed, () => {
      const rows = listed(db, query);
      const composer = new EntryComposer(db);
      const entries: { json: string; activity: number; conversationId: string }[] = [];
      for (const row of rows.slice(0, query.limit)) {
        const json = composer.entryOf(row, position);
        if (json !== null) entries.push({ json, activity: row.activity, conversationId: row.conversation });
      }
      return { position, entries, hasMore: rows.length > query.limit };
    });
  }

  async entry(userId: string, conversationId: string): Promise<string | null> {
    const db = this.files.open(...needed);
    return db.snapshot(needed, () => new EntryComposer(db).entry(conversationId, userId, this.files.safePosition()));
  }

  async changes(userId: string, after: number, limit: number): Promise<ChangesPage> {
    const db = this.files.open(...needed, 'people');
    return db.snapshot([...needed, 'people'], () =>
      readChanges(db, { userId, after, upTo: this.files.safePosition(), limit }),
    );
  }
}

/** Activity: the position of the last message since one came, or of one's coming. */
function listed(
  db: ReadConnection,
  { userId, before, limit, archived }: Parameters<InboxReader['entries']>[0],
): (MemberRow & { readonly activity: number })[] {
  return db.all<MemberRow & { readonly activity: number }>(
    `SELECT * FROM (
       SELECT m.conversation, m.user, m.role, m.state, m.changed, m.after_sequence, m.after_position,
         m.until_sequence, m.until_position, m.earlier,
         iif(h.last_sequence > m.after_sequence, h.message_position, m.after_position) AS activity
       FROM membership.members m
       JOIN history.conversations h ON h.id = m.conversation
       LEFT JOIN inbox.settings s ON s.user = m.user AND s.conversation = m.conversation
       WHERE m.user = ? AND m.role IS NOT NULL AND (? OR s.archived IS NOT 1))
     WHERE (activity, conversation) < (?, ?)
     ORDER BY activity DESC, conversation DESC LIMIT ?`,
    userId,
    Number(archived),
    before?.activity ?? Number.MAX_SAFE_INTEGER,
    before?.conversationId ?? '',
    limit + 1,
  );
}
