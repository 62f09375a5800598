import { type MembershipWindow, type SequenceRange, visibleRanges } from '@parley/events';
import {
  conversationJson,
  entryJson,
  readOf,
  readStateJson,
  settingsJson,
  unreadFacts,
  type SettingFacts,
} from '@parley/ports';
import { viewProjections, type ReadModelSources } from '../common/sources.js';
import { HistoryRows } from '../history/history-rows.js';
import type { HistoryHead } from '../history/history-fold.js';
import { type Member, windowsOf } from '../membership/membership-fold.js';
import { MembershipRows } from '../membership/membership-rows.js';
import { receiptsView, WatermarkRows } from '../watermarks/watermark-rows.js';
import { InboxRows } from './inbox-rows.js';

/** What a caller knows already of a conversation: it is not read again. */
interface Known {
  readonly head?: HistoryHead | null;
  /** undefined: nothing was ever set. */
  readonly settings?: SettingFacts | undefined;
}

/**
 * Puts the views of the inbox together from the rows of several projections, of one generation each. `asOf` is a
 * position: messages beyond it do not count, be it that they are not yet everywhere or that they come as changes of
 * their own.
 */
export class EntryComposer {
  private constructor(
    readonly history: HistoryRows,
    readonly inbox: InboxRows,
    readonly membership: MembershipRows,
    readonly watermarks: WatermarkRows,
    /** Of watermarks: the notes of activity are with them. */
    readonly activityGeneration: number,
  ) {}

  /** @throws ReadModelUnavailable */
  static async open({ client, generations }: Pick<ReadModelSources, 'client' | 'generations'>): Promise<EntryComposer> {
    const [history = 0, inbox = 0, membership = 0, watermarks = 0] = await Promise.all(
      viewProjections.map((projection) => generations.of(projection)),
    );
    return new EntryComposer(
      new HistoryRows(client, history),
      new InboxRows(client, inbox),
      new MembershipRows(client, membership),
      new WatermarkRows(client, watermarks),
      watermarks,
    );
  }

  /** The inbox entry of a present member; null for everybody else. */
  async entry(conversationId: string, userId: string, asOf: number): Promise<string | null> {
    const member = await this.membership.member(conversationId, userId);
    return member === null || member.role === null ? null : this.entryOf(member, asOf);
  }

  async entryOf(member: Member, asOf: number, known: Known = {}): Promise<string | null> {
    const { conversationId: id, userId } = member;
    const windows = windowsOf(member);
    const [facts, history, count, receipts, marks, settings] = await Promise.all([
      this.inbox.head(id),
      known.head === undefined ? this.history.head(id) : known.head,
      this.membership.count(id),
      this.watermarks.receipts(id),
      this.watermarks.marks(id, userId),
      'settings' in known ? known.settings : this.inbox.settings(userId, id),
    ]);
    if (facts === null) return null;
    const memberCount = count?.members ?? 0;
    const last = await this.#lastSequence(id, history, asOf, member);
    const [lastMessage, readState] = await Promise.all([
      this.#lastMessage(id, windows, last),
      this.#readState(id, userId, windows, readOf(marks), last),
    ]);
    return entryJson({
      conversation: conversationJson(id, facts, { memberCount, lastSequence: last }, windows),
      role: member.role ?? 'member',
      afterSequence: member.afterSequence,
      lastMessage,
      readState,
      settings: settingsJson(id, settings),
      receipts: receiptsView(id, receipts, memberCount),
    });
  }

  /**
   * The conversation view, and the pins in it. With windows: without those of messages that lie outside of them. Both come
   * of one read, since the pins say who may see the view.
   */
  async conversation(
    id: string,
    asOf: number,
    windows?: readonly MembershipWindow[],
  ): Promise<{ readonly view: string; readonly pins: readonly number[] } | null> {
    const [facts, history, count] = await Promise.all([
      this.inbox.head(id),
      this.history.head(id),
      this.membership.count(id),
    ]);
    if (facts === null) return null;
    const counts = { memberCount: count?.members ?? 0, lastSequence: await this.#lastSequence(id, history, asOf) };
    return { view: conversationJson(id, facts, counts, windows), pins: facts.pins };
  }

  /** Of a present member; null for everybody else. */
  async readState(id: string, userId: string, asOf: number): Promise<string | null> {
    const member = await this.membership.member(id, userId);
    return member === null || member.role === null ? null : this.readStateOf(member, asOf);
  }

  async readStateOf(member: Member, asOf: number): Promise<string> {
    const { conversationId: id, userId } = member;
    const [history, marks] = await Promise.all([this.history.head(id), this.watermarks.marks(id, userId)]);
    const last = await this.#lastSequence(id, history, asOf);
    return this.#readState(id, userId, windowsOf(member), readOf(marks), last);
  }

  async settings(conversationId: string, userId: string): Promise<string> {
    return settingsJson(conversationId, await this.inbox.settings(userId, conversationId));
  }

  async receipts(conversationId: string): Promise<string> {
    const receipts = await this.watermarks.receipts(conversationId);
    // A view that is stored says itself of how many members it is.
    const count = receipts === null ? await this.membership.count(conversationId) : null;
    return receiptsView(conversationId, receipts, count?.members ?? 0);
  }

  /** Who has just come has seen nothing: their window says where it begins. */
  #lastSequence(id: string, head: HistoryHead | null, asOf: number, member?: Member): Promise<number> | number {
    if (member?.afterPosition === asOf) return member.afterSequence;
    return head === null ? 0 : this.history.sequenceAt(id, head, asOf);
  }

  async #lastMessage(id: string, windows: readonly MembershipWindow[], last: number): Promise<string | null> {
    const visible = visibleRanges(windows, { from: 1, to: last }).at(-1)?.to;
    return visible === undefined ? null : ((await this.history.message(id, visible))?.body ?? null);
  }

  async #readState(
    id: string,
    userId: string,
    windows: readonly MembershipWindow[],
    readWatermark: number,
    lastSequence: number,
  ): Promise<string> {
    const unread = unreadFacts(windows, readWatermark, lastSequence);
    return readStateJson(id, unread, await this.#mentions(id, userId, unread.ranges), lastSequence);
  }

  async #mentions(id: string, userId: string, ranges: readonly SequenceRange[]): Promise<number> {
    const counts = await Promise.all(ranges.map(({ from, to }) => this.inbox.countMentions(userId, id, from, to)));
    return counts.reduce((sum, mentions) => sum + mentions, 0);
  }
}
