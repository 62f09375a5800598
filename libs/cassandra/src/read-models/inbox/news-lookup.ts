import { mapBounded } from '../../client/index.js';
import type { HistoryHead } from '../history/history-fold.js';
import { type Member, type MemberCount, noMembers } from '../membership/membership-fold.js';
import type { Membership } from '../membership/membership-rows.js';
import type { Marks } from '../watermarks/watermark-fold.js';
import type { Receipts } from '../watermarks/watermark-rows.js';
import type { EntryComposer } from './entry-composer.js';
import type { ConversationHead } from './view-fold.js';

/** A conversation with news for a person, and what its heads say. */
export interface News {
  readonly member: Member;
  readonly history: HistoryHead;
  readonly facts: ConversationHead | null;
  readonly count: MemberCount;
  readonly receipts: Receipts | null;
  readonly marks: Marks;
  /** Sequences of the last messages at or before `after` and `upTo`. */
  readonly first: number;
  readonly last: number;
}

/** Conversations looked at at once, five rows each. */
const conversationsAtOnce = 16;

/** Those of the conversations in which something happened between two positions that may concern this person. */
export async function lookForNews(
  composer: EntryComposer,
  memberships: readonly Membership[],
  after: number,
  upTo: number,
): Promise<readonly News[]> {
  const found = await mapBounded(memberships, conversationsAtOnce, async (member) => {
    const { conversationId: id, userId } = member;
    const [history, facts, count, receipts, marks] = await Promise.all([
      composer.history.head(id),
      composer.inbox.head(id),
      composer.membership.count(id),
      composer.watermarks.receipts(id),
      composer.watermarks.marks(id, userId),
    ]);
    if (history === null) return null;
    const latest = Math.max(
      history.message,
      history.change,
      history.notice,
      facts?.viewPosition ?? 0,
      count?.changed ?? 0,
      receipts?.position ?? 0,
    );
    if (latest <= after) return null;
    const [first, last] = await Promise.all([
      composer.history.sequenceAt(id, history, after),
      composer.history.sequenceAt(id, history, upTo),
    ]);
    return { member, history, facts, count: count ?? noMembers, receipts, marks, first, last };
  });
  return found.filter((news) => news !== null);
}
