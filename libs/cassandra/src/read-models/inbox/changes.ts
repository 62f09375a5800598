import { sees, seesPosition, type MembershipWindow } from '@parley/events';
import {
  changeJson,
  conversationsRewritten,
  isDeleted,
  memberJson,
  rankOfChange,
  withoutMarks,
  type ChangeKind,
  type ChangesPage,
} from '@parley/ports';
import { mapBounded } from '../../client/index.js';
import type { CassandraPeopleReader } from '../../people/index.js';
import type { StoredMessage } from '../history/history-fold.js';
import type { ChangeRow } from '../history/history-rows.js';
import { bucketOfPosition } from '../layout.js';
import { endOf, type Member, windowsOf } from '../membership/membership-fold.js';
import { presentIn, sharesOne } from '../membership/membership-reader.js';
import type { Membership } from '../membership/membership-rows.js';
import { acrossBuckets } from './bucketed.js';
import { type FeedItem, type FeedSource, fixedSource, mergeFeed, rowSource, sparing } from './change-feed.js';
import type { EntryComposer } from './entry-composer.js';
import type { News } from './news-lookup.js';

export interface ChangesQuery {
  readonly userId: string;
  /** Exclusive. */
  readonly after: number;
  /** The safe position. */
  readonly upTo: number;
  readonly limit: number;
}

/** Of those who changed their profile, for one page: with each it is looked up whether they are known. */
const peopleLookedAt = 200;

/** Conversations whose unread mentions are counted at once, three rows each. */
const recountedAtOnce = 8;

/**
 * Every change a person may see between two positions, worked out from their windows. Costs what the conversations with
 * news and the rows of the page cost, however long ago `after` is.
 */
export async function readChanges(
  composer: EntryComposer,
  people: Pick<CassandraPeopleReader, 'changes'>,
  query: ChangesQuery,
  memberships: readonly Membership[],
  news: readonly News[],
): Promise<ChangesPage> {
  const reading = new ChangesReading(composer, query);
  const sources = [
    ...news.flatMap((item) => reading.ofConversation(item)),
    await reading.settings(memberships),
    reading.people(people, memberships),
  ];
  const { items, upTo, hasMore } = await mergeFeed(sources, query.after, query.upTo, query.limit);
  const all = [...items, ...(await reading.recounted(items, news, upTo))];
  return { changes: all.map(({ position, json }) => ({ position, json })), upTo, hasMore };
}

class ChangesReading {
  constructor(
    private readonly composer: EntryComposer,
    private readonly query: ChangesQuery,
  ) {}

  ofConversation(news: News): FeedSource[] {
    const { after } = this.query;
    const { member, history } = news;
    const windows = windowsOf(member);
    const sources: FeedSource[] = [];
    for (const window of windows) {
      if ((window.untilPosition ?? Infinity) <= after) continue;
      if (history.message > after) sources.push(this.#messages(news, window));
      if (Math.max(history.change, history.notice) > after) sources.push(this.#log(news, window, windows));
    }
    const open = windows.at(-1);
    if (member.role !== null && open !== undefined) {
      const since = Math.max(after, open.afterPosition);
      sources.push(this.#views(news, windows, since));
      if (news.count.changed > since) sources.push(this.#memberChanges(news, since));
    }
    sources.push(fixedSource(this.#departures(member, windows)));
    return sources;
  }

  async settings(memberships: readonly Membership[]): Promise<FeedSource> {
    const { userId, after, upTo } = this.query;
    const all = await this.composer.inbox.settingsOf(userId);
    const items: (FeedItem | null)[] = [];
    for (const member of memberships) {
      const { conversationId } = member;
      const position = all.get(conversationId)?.position ?? 0;
      if (position <= after || position > upTo || !isThere(member, position)) continue;
      items.push(this.#item('settings', position, await this.composer.settings(conversationId, userId)));
    }
    return fixedSource(items.filter((item) => item !== null));
  }

  /** After a page that ends at `end` and these items: how many mentions are unread, where messages were rewritten. */
  async recounted(items: readonly FeedItem[], news: readonly News[], end: number): Promise<readonly FeedItem[]> {
    const { upTo } = this.query;
    const rewritten = conversationsRewritten(items);
    // Of a membership whose beginning is not told yet there is nothing to correct.
    const concerned = news.filter(
      ({ member: { conversationId, role, afterPosition } }) =>
        role !== null && afterPosition <= end && rewritten.has(conversationId),
    );
    return mapBounded(concerned, recountedAtOnce, async ({ member }): Promise<FeedItem> => {
      const state = await this.composer.readStateOf(member, upTo);
      return { position: end, rank: rankOfChange('readState'), json: changeJson('readState', upTo, state) };
    });
  }

  /** Looks at everybody who changed their profile: a piece of them may hold nobody this person knows. */
  people(reader: Pick<CassandraPeopleReader, 'changes'>, memberships: readonly Membership[]): FeedSource {
    const { userId, upTo } = this.query;
    const mine = presentIn(memberships);
    const source: FeedSource = {
      read: async (after, limit) => {
        const page = await reader.changes(after, upTo, limit);
        const items = await Promise.all(
          page.changes.map(async ({ userId: id, position, json }) => {
            const known = id === userId || sharesOne(mine, await this.composer.membership.ofUser(id));
            return known ? this.#item('person', position, json) : null;
          }),
        );
        return { items: items.filter((item) => item !== null), reached: page.upTo >= upTo ? Infinity : page.upTo };
      },
    };
    return sparing(source, peopleLookedAt);
  }

  /** New messages inside the window, each in the state this person may see. */
  #messages({ member: { conversationId: id }, first, last }: News, window: MembershipWindow): FeedSource {
    let next = Math.max(first, window.afterSequence) + 1;
    const to = Math.min(last, window.untilSequence ?? last);
    return {
      read: async (_after, limit) => {
        let rows: readonly StoredMessage[] = [];
        // Messages that are parked leave holes.
        while (rows.length === 0 && next <= to) {
          const end = Math.min(to, next + limit - 1);
          rows = await this.composer.history.messages(id, next, end);
          next = end + 1;
        }
        const items = await Promise.all(rows.map((row) => this.#newMessage(id, row, window)));
        return { items, reached: next > to ? Infinity : (rows.at(-1)?.position ?? Infinity) };
      },
    };
  }

  /** Notices, and changes made inside the window of messages that do not come anew with it: those come as they stand. */
  #log({ member, history }: News, window: MembershipWindow, windows: readonly MembershipWindow[]): FeedSource {
    const { conversationId: id } = member;
    const since = Math.max(this.query.after, window.afterPosition - 1);
    const end = Math.min(this.query.upTo, window.untilPosition ?? Infinity);
    const rows = this.composer.history;
    const read = acrossBuckets(
      () => bucketsBetween(since, Math.max(history.change, history.notice), () => rows.changeBuckets(id, since)),
      (bucket, after, limit) => rows.changes(id, bucket, Math.max(after, since), end, limit),
    );
    return rowSource(
      read,
      (row) => row.position,
      async (row) => this.#logged(id, row, window, windows),
    );
  }

  async #logged(
    id: string,
    { position, sequence, notice }: ChangeRow,
    window: MembershipWindow,
    windows: readonly MembershipWindow[],
  ): Promise<FeedItem | null> {
    if (notice !== null) return this.#item('notice', position, notice);
    if (sequence === null || !sees(windows, sequence)) return null;
    const message = await this.composer.history.message(id, sequence);
    // One that has changed again stands at its last change.
    if (message === null || message.changed !== position) return null;
    if (message.position > Math.max(this.query.after, window.afterPosition)) return null;
    return this.#item('message', position, message.body);
  }

  #memberChanges({ member: { conversationId: id }, count }: News, since: number): FeedSource {
    const rows = this.composer.membership;
    const read = acrossBuckets(
      () => bucketsBetween(since, count.changed, () => rows.changeBuckets(id, since)),
      (bucket, after, limit) => rows.changes(id, bucket, Math.max(after, since), this.query.upTo, limit),
    );
    return rowSource(
      read,
      (row) => row.position,
      async ({ position, userId }) => {
        const member = await rows.member(id, userId);
        return member?.changed === position ? this.#item('member', position, memberJson(member)) : null;
      },
    );
  }

  /** What there is one of in a conversation. */
  #views(news: News, windows: readonly MembershipWindow[], since: number): FeedSource {
    const { after, upTo } = this.query;
    const { member, facts, count, receipts, marks } = news;
    const { conversationId: id } = member;
    return {
      read: async () => {
        const items: (FeedItem | null)[] = [];
        if (member.afterPosition > after && member.afterPosition <= upTo) {
          const entry = await this.composer.entryOf(member, member.afterPosition);
          items.push(this.#item('joined', member.afterPosition, entry));
        }
        const viewed = Math.max(facts?.viewPosition ?? 0, count.counted);
        if (viewed > since && viewed <= upTo) {
          const found = await this.composer.conversation(id, viewed, windows);
          items.push(this.#item('conversation', viewed, found?.view ?? null));
        }
        if (receipts !== null && receipts.position > since && receipts.position <= upTo) {
          items.push(this.#item('receipts', receipts.position, receipts.body));
        }
        const { changed } = marks;
        if (changed > after && changed <= upTo && seesPosition(windows, changed)) {
          items.push(this.#item('readState', changed, await this.composer.readStateOf(member, upTo)));
        }
        return { items: items.filter((item) => item !== null), reached: Infinity };
      },
    };
  }

  #departures(member: Member, windows: readonly MembershipWindow[]): readonly FeedItem[] {
    const { after, upTo } = this.query;
    return windows
      .map(({ untilPosition }) => {
        if (untilPosition === null || untilPosition <= after || untilPosition > upTo) return null;
        const { conversationId } = member;
        const departed = JSON.stringify({ conversationId, state: endOf(member, untilPosition) });
        return this.#item('departed', untilPosition, departed);
      })
      .filter((item) => item !== null);
  }

  /**
   * Stands where it was sent, so that sequences come in order, and says the position of the state it is told in. What
   * was edited after the window's end is shown as it was then; what was deleted stays deleted for everybody.
   */
  async #newMessage(id: string, row: StoredMessage, { untilPosition }: MembershipWindow): Promise<FeedItem> {
    const { position, sequence, changed, body } = row;
    if (untilPosition === null || changed === null || changed <= untilPosition || isDeleted(body)) return asItIs(row);
    const then = await this.composer.history.versionAt(id, sequence, untilPosition);
    if (then === null) {
      // No edit since, or all texts were deleted a moment ago: the row says so before they go.
      const now = await this.composer.history.message(id, sequence);
      if (now !== null && isDeleted(now.body)) return asItIs(now);
    }
    const json = changeJson('message', position, withoutMarks(then ?? body));
    return { position, rank: rankOfChange('message'), json };
  }

  #item(kind: ChangeKind, position: number, json: string | null): FeedItem | null {
    return json === null ? null : { position, rank: rankOfChange(kind), json: changeJson(kind, position, json) };
  }
}

const asItIs = ({ position, changed, body }: StoredMessage): FeedItem => ({
  position,
  rank: rankOfChange('message'),
  json: changeJson('message', changed ?? position, body),
});

/** A member now who sees what happens at this position. */
const isThere = (member: Member, position: number): boolean =>
  member.role !== null && seesPosition(windowsOf(member), position);

/** Only when there may be several are they looked up. */
async function bucketsBetween(
  from: number,
  last: number,
  lookUp: () => Promise<readonly number[]>,
): Promise<readonly number[]> {
  const bucket = bucketOfPosition(from);
  return bucket === bucketOfPosition(last) ? [bucket] : lookUp();
}
