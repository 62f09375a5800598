import { sees, seesPosition, type MembershipWindow } from '@parley/events';
import {
  changeJson,
  conversationsRewritten,
  rankOfChange,
  isDeleted,
  withoutMarks,
  type ChangeKind,
  type ChangesPage,
} from '@parley/ports';
import type { ConversationRow, MessageRow } from '../history/history-rows.js';
import { memberViewOf, type MemberRow } from '../membership/membership-rows.js';
import { personJson, type PersonRow } from '../people/people-reader.js';
import type { ReadConnection } from '../reading/read-connection.js';
import { receiptsOf } from '../watermarks/watermark-rows.js';
import { type FeedItem, type FeedSource, fixedSource, mergeFeed, rowSource, sparing } from './change-feed.js';

import { EntryComposer } from './entry-composer.js';

interface ChangesQuery {
  readonly userId: string;
  /** Exclusive. */
  readonly after: number;
  /** The safe position. */
  readonly upTo: number;
  readonly limit: number;
}

/** Of those who changed their profile, for one page: with each it is looked up whether they are known. */
const peopleLookedAt = 500;

/** A conversation with news, and the positions of the last news of each kind. */
interface NewsRow extends MemberRow {
  readonly message_position: number;
  readonly change_position: number;
  readonly notice_position: number;
  readonly view_position: number | null;
  readonly counted: number | null;
  readonly members_changed: number | null;
  readonly receipts_position: number | null;
}

/**
 * Every change a person may see between two positions, worked out from their windows. Costs what the person's number of
 * conversations and the rows of the page cost, however long ago `after` is.
 */
export function readChanges(db: ReadConnection, query: ChangesQuery): ChangesPage {
  if (query.after >= query.upTo) return { changes: [], upTo: Math.max(query.after, query.upTo), hasMore: false };
  const reading = new ChangesReading(db, query);
  const { items, upTo, hasMore } = mergeFeed(reading.sources(), query.after, query.upTo, query.limit);
  const changes = [...items, ...reading.recounted(items, upTo)].map(({ position, json }) => ({ position, json }));
  return { changes, upTo, hasMore };
}

class ChangesReading {
  readonly #composer: EntryComposer;

  constructor(
    private readonly db: ReadConnection,
    private readonly query: ChangesQuery,
  ) {
    this.#composer = new EntryComposer(db);
  }

  sources(): FeedSource[] {
    const news = this.#conversationsWithNews();
    return [...news.flatMap((row) => this.#ofConversation(row)), this.#readStates(), this.#settings(), this.#people()];
  }

  /** After a page that ends at `end` and these items: how many mentions are unread, where messages were rewritten. */
  recounted(items: readonly FeedItem[], end: number): FeedItem[] {
    const { userId, upTo } = this.query;
    const states = [...conversationsRewritten(items)].map((id): FeedItem | null => {
      const row = this.#composer.membership.member(id, userId);
      // Of a membership whose beginning is not told yet there is nothing to correct.
      if (row === undefined || row.after_position > end) return null;
      const state = this.#composer.readState(id, userId, upTo);
      if (state === null) return null;
      return { position: end, rank: rankOfChange('readState'), json: changeJson('readState', upTo, state) };
    });
    return states.filter((state) => state !== null);
  }

  #conversationsWithNews(): NewsRow[] {
    const { userId, after } = this.query;
    return this.db.all<NewsRow>(
      `SELECT m.conversation, m.user, m.role, m.state, m.changed, m.after_sequence, m.after_position,
         m.until_sequence, m.until_position, m.earlier, h.message_position, h.change_position, h.notice_position,
         v.view_position, c.counted, c.changed AS members_changed, a.position AS receipts_position
       FROM membership.members m
       JOIN history.conversations h ON h.id = m.conversation
       LEFT JOIN inbox.heads v ON v.id = m.conversation
       LEFT JOIN membership.conversations c ON c.id = m.conversation
       LEFT JOIN watermarks.aggregates a ON a.conversation = m.conversation
       WHERE m.user = ? AND (m.until_position IS NULL OR m.until_position > ?)
         AND max(h.message_position, h.change_position, h.notice_position, coalesce(v.view_position, 0),
           coalesce(c.changed, 0), coalesce(a.position, 0)) > ?`,
      userId,
      after,
      after,
    );
  }

  #ofConversation(row: NewsRow): FeedSource[] {
    const conversation = this.#composer.history.conversation(row.conversation);
    const windows = this.#composer.membership.windows(row);
    const current = windows.filter((window) => (window.untilPosition ?? Infinity) > this.query.after);
    const sources: FeedSource[] = [];
    for (const window of current) {
      if (conversation === undefined) break;
      if (row.message_position > this.query.after) sources.push(...this.#messages(conversation, window));
      if (row.change_position > this.query.after) sources.push(this.#messageChanges(conversation, window, windows));
      if (row.notice_position > this.query.after) sources.push(this.#notices(conversation, window));
    }
    const open = windows.at(-1);
    if (row.role !== null && open !== undefined) {
      const since = Math.max(this.query.after, open.afterPosition);
      sources.push(fixedSource(this.#viewsOf(row, windows, since)));
      if ((row.members_changed ?? 0) > since) sources.push(this.#memberChanges(row, since));
    }
    sources.push(fixedSource(this.#departures(row, windows)));
    return sources;
  }

  /** New messages inside the window, each in the state this person may see. */
  #messages(conversation: ConversationRow, window: MembershipWindow): FeedSource[] {
    const { after, upTo } = this.query;
    const first = this.#composer.history.sequenceAt(conversation, after);
    const last = this.#composer.history.sequenceAt(conversation, upTo);
    const from = Math.max(first, window.afterSequence) + 1;
    const to = Math.min(last, window.untilSequence ?? last);
    if (from > to) return [];
    let next = from;
    return [
      rowSource(
        (_after, limit) => {
          const rows = this.#composer.history.messages(conversation.no, next, to, limit);
          // The last row of a full piece is left for the next one.
          next = (rows.at(-1)?.sequence ?? to) + (rows.length < limit ? 1 : 0);
          return rows;
        },
        (row) => row.position,
        (row) => this.#newMessage(conversation, row, window),
      ),
    ];
  }

  /** Changes made inside the window, of messages that do not come anew with it: those come as they stand. */
  #messageChanges(
    conversation: ConversationRow,
    window: MembershipWindow,
    windows: readonly MembershipWindow[],
  ): FeedSource {
    const upTo = this.#end(window);
    return rowSource(
      (after, limit) =>
        this.#composer.history.changes(conversation.no, Math.max(after, window.afterPosition), upTo, limit),
      (row) => row.changed,
      (row) =>
        row.position > Math.max(this.query.after, window.afterPosition) || !sees(windows, row.sequence)
          ? null
          : this.#item('message', row.changed, row.body),
    );
  }

  #notices(conversation: ConversationRow, window: MembershipWindow): FeedSource {
    const upTo = this.#end(window);
    return rowSource(
      (after, limit) =>
        this.#composer.history.notices(conversation.no, Math.max(after + 1, window.afterPosition), upTo, limit, 'ASC'),
      (row) => row.position,
      (row) => this.#item('notice', row.position, row.body),
    );
  }

  #memberChanges(row: NewsRow, since: number): FeedSource {
    return rowSource(
      (after, limit) =>
        this.#composer.membership.changes(row.conversation, Math.max(after, since), this.query.upTo, limit),
      (member) => member.changed,
      (member) => this.#item('member', member.changed, memberViewOf(member)),
    );
  }

  /** What there is one of in a conversation. */
  #viewsOf(row: NewsRow, windows: readonly MembershipWindow[], since: number): FeedItem[] {
    const id = row.conversation;
    const items: (FeedItem | null)[] = [];
    if (row.after_position > this.query.after && row.after_position <= this.query.upTo) {
      items.push(this.#item('joined', row.after_position, this.#composer.entryOf(row, row.after_position)));
    }
    const viewed = Math.max(row.view_position ?? 0, row.counted ?? 0);
    if (viewed > since && viewed <= this.query.upTo) {
      items.push(this.#item('conversation', viewed, this.#composer.conversation(id, viewed, windows)));
    }
    const received = row.receipts_position ?? 0;
    if (received > since && received <= this.query.upTo) {
      const members = this.#composer.membership.memberCount(id);
      items.push(this.#item('receipts', received, receiptsOf(this.db, id, members)));
    }
    return items.filter((item) => item !== null);
  }

  #departures(row: NewsRow, windows: readonly MembershipWindow[]): FeedItem[] {
    return windows
      .map(({ untilPosition }) => {
        if (untilPosition === null || untilPosition <= this.query.after || untilPosition > this.query.upTo) return null;
        const state = this.#composer.membership.endOf(row, untilPosition);
        const departed = JSON.stringify({ conversationId: row.conversation, state });
        return this.#item('departed', untilPosition, departed);
      })
      .filter((item) => item !== null);
  }

  #readStates(): FeedSource {
    const { userId, upTo } = this.query;
    return rowSource(
      (after, limit) =>
        this.db.all<{ conversation: string; changed: number }>(
          `SELECT conversation, changed FROM watermarks.members
           WHERE user = ? AND changed > ? AND changed <= ? ORDER BY changed LIMIT ?`,
          userId,
          after,
          upTo,
          limit,
        ),
      (row) => row.changed,
      (row) =>
        this.#ifMember(row.conversation, row.changed, () =>
          this.#item('readState', row.changed, this.#composer.readState(row.conversation, userId, upTo)),
        ),
    );
  }

  #settings(): FeedSource {
    const { userId, upTo } = this.query;
    return rowSource(
      (after, limit) =>
        this.db.all<{ conversation: string; position: number }>(
          `SELECT conversation, position FROM inbox.settings
           WHERE user = ? AND position > ? AND position <= ? ORDER BY position LIMIT ?`,
          userId,
          after,
          upTo,
          limit,
        ),
      (row) => row.position,
      (row) =>
        this.#ifMember(row.conversation, row.position, () =>
          this.#item('settings', row.position, this.#composer.settings(row.conversation, userId)),
        ),
    );
  }

  /** Looks at everybody who changed their profile: a piece of them may hold nobody this person knows. */
  #people(): FeedSource {
    const { userId, upTo } = this.query;
    const source = rowSource(
      (after, limit) =>
        this.db.all<PersonRow & { changed: number }>(
          `SELECT id, username, display_name, about, changed FROM people.people
           WHERE changed > ? AND changed <= ? ORDER BY changed LIMIT ?`,
          after,
          upTo,
          limit,
        ),
      (row) => row.changed,
      (row) =>
        row.id === userId || this.#composer.membership.shareConversation(userId, row.id)
          ? this.#item('person', row.changed, personJson(row))
          : null,
    );
    return sparing(source, peopleLookedAt);
  }

  /**
   * Stands where it was sent, so that sequences come in order, and says the position of the state it is told in. What
   * was edited after the window's end is shown as it was then; what was deleted stays deleted for everybody.
   */
  #newMessage({ no }: ConversationRow, row: MessageRow, { untilPosition }: MembershipWindow): FeedItem | null {
    const { position, sequence, changed, body } = row;
    if (untilPosition === null || changed === null || changed <= untilPosition || isDeleted(body)) {
      return { position, rank: rankOfChange('message'), json: changeJson('message', changed ?? position, body) };
    }
    const then = this.#composer.history.versionAt(no, sequence, untilPosition) ?? body;
    return this.#item('message', position, withoutMarks(then));
  }

  #ifMember(conversationId: string, position: number, item: () => FeedItem | null): FeedItem | null {
    const row = this.#composer.membership.member(conversationId, this.query.userId);
    if (row === undefined || row.role === null) return null;
    return seesPosition(this.#composer.membership.windows(row), position) ? item() : null;
  }

  #end(window: MembershipWindow): number {
    return Math.min(this.query.upTo, window.untilPosition ?? Infinity);
  }

  #item(kind: ChangeKind, position: number, json: string | null): FeedItem | null {
    return json === null ? null : { position, rank: rankOfChange(kind), json: changeJson(kind, position, json) };
  }
}
