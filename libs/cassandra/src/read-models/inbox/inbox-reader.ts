import type { ChangesPage, InboxPage, InboxReader } from '@parley/ports';
import { mapBounded } from '../../client/index.js';
import type { CassandraPeopleReader } from '../../people/index.js';
import { ActivityReader } from '../activity/activity-reader.js';
import type { ReadModelSources } from '../common/sources.js';
import type { HistoryHead } from '../history/history-fold.js';
import type { Membership } from '../membership/membership-rows.js';
import { readChanges } from './changes.js';
import { EntryComposer } from './entry-composer.js';
import type { StoredSettings } from './inbox-rows.js';
import { lookForNews } from './news-lookup.js';

/** Heads of conversations read at once for the list. */
const headsAtOnce = 64;
/** Entries put together at once, seven rows each. */
const entriesAtOnce = 8;

export interface InboxReaderOptions extends ReadModelSources {
  readonly people: Pick<CassandraPeopleReader, 'changes'>;
  /** ms since 1970 UTC. */
  readonly now: () => number;
}

interface Listed {
  readonly member: Membership;
  readonly head: HistoryHead;
  readonly settings: StoredSettings | undefined;
  /** The position of the last message since one came, or of one's coming. */
  readonly activity: number;
}

/**
 * Nothing is stored per member and message: what one may see is worked out from one's windows. Fails with
 * ReadModelUnavailable while the engine or the rows are away.
 */
export class CassandraInboxReader implements InboxReader {
  readonly #activity: ActivityReader;

  constructor(private readonly options: InboxReaderOptions) {
    this.#activity = new ActivityReader(options, options.now);
  }

  /**
   * Costs one small row for each conversation the person is in, 64 at once, and the entries of the page: made for some
   * thousands of conversations, not for a hundred thousand.
   */
  async entries(query: Parameters<InboxReader['entries']>[0]): Promise<InboxPage> {
    const position = this.options.safePosition();
    const composer = await EntryComposer.open(this.options);
    const listed = await this.#listed(composer, query);
    const page = await mapBounded(listed.slice(0, query.limit), entriesAtOnce, async (item) => {
      const { member, head, settings, activity } = item;
      const json = await composer.entryOf(member, position, { head, settings });
      return json === null ? null : { json, activity, conversationId: member.conversationId };
    });
    return { position, entries: page.filter((entry) => entry !== null), hasMore: listed.length > query.limit };
  }

  async entry(userId: string, conversationId: string): Promise<string | null> {
    const position = this.options.safePosition();
    return (await EntryComposer.open(this.options)).entry(conversationId, userId, position);
  }

  /** The safe position is taken first: what is written meanwhile beyond it is for the next page. */
  async changes(userId: string, after: number, limit: number): Promise<ChangesPage> {
    const upTo = this.options.safePosition();
    if (after >= upTo) return { changes: [], upTo: after, hasMore: false };
    const composer = await EntryComposer.open(this.options);
    const [memberships, active] = await Promise.all([
      composer.membership.ofUser(userId),
      this.#activity.since(composer.activityGeneration, userId, after),
    ]);
    const concerned = memberships.filter(
      ({ untilPosition, large, conversationId }) =>
        (untilPosition === null || untilPosition > after) &&
        (active === 'everything' || large || active.has(conversationId)),
    );
    const news = await lookForNews(composer, concerned, after, upTo);
    return readChanges(composer, this.options.people, { userId, after, upTo, limit }, memberships, news);
  }

  async #listed(
    composer: EntryComposer,
    { userId, before, limit, archived }: Parameters<InboxReader['entries']>[0],
  ): Promise<readonly Listed[]> {
    const [memberships, settings] = await Promise.all([
      composer.membership.ofUser(userId),
      composer.inbox.settingsOf(userId),
    ]);
    const wanted = memberships.filter(
      ({ role, conversationId }) => role !== null && (archived || settings.get(conversationId)?.archived !== true),
    );
    const found = await mapBounded(wanted, headsAtOnce, async (member) => {
      const { conversationId } = member;
      const head = await composer.history.head(conversationId);
      if (head === null) return null;
      const activity = head.lastSequence > member.afterSequence ? head.message : member.afterPosition;
      return { member, head, settings: settings.get(conversationId), activity };
    });
    return found
      .filter((item) => item !== null)
      .filter((item) => before === undefined || order(before, item) < 0)
      .sort((a, b) => order(a, b))
      .slice(0, limit + 1);
  }
}

type Place = { readonly activity: number; readonly conversationId: string } | Listed;

/** Newest activity first; below zero when `a` comes first. */
function order(a: Place, b: Place): number {
  if (a.activity !== b.activity) return b.activity - a.activity;
  const [left, right] = [idOf(a), idOf(b)];
  return left === right ? 0 : left > right ? -1 : 1;
}

const idOf = (place: Place): string => ('member' in place ? place.member.conversationId : place.conversationId);
