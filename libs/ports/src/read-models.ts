import type { MembershipWindow, SequenceWindow } from '@parley/events';

/**
 * What the gateway reads. Rows come as JSON texts of the protocol's views, encoded by the projector once and passed on
 * unopened. Every reader answers from one consistent state of its projection. The caller authorises; windows are given
 * so that the reader can leave out what lies outside of them.
 */

/** A projection is out of reach or being repaired: the feature answers 503, everything else goes on. */
export class ReadModelUnavailable extends Error {
  override readonly name = 'ReadModelUnavailable';
}

export interface HistoryPage {
  /** Message views as JSON, ascending by sequence; with notices asked for, notice views in between, by position. */
  readonly entries: readonly HistoryEntry[];
  readonly hasMoreBefore: boolean;
  readonly hasMoreAfter: boolean;
}

export interface HistoryEntry {
  readonly kind: 'message' | 'notice';
  /** Of a message its sequence; of a notice the sequence it stands after. */
  readonly sequence: number;
  /** Of the last change. */
  readonly position: number;
  readonly json: string;
}

export interface HistoryQuery {
  readonly conversationId: string;
  readonly windows: readonly MembershipWindow[];
  /** Exclusive; at most one of before, after, around. None: the newest. */
  readonly before?: number;
  readonly after?: number;
  /** The page stands around this one, itself included. */
  readonly around?: number;
  /** 1 to 200 entries. */
  readonly limit: number;
  readonly notices: boolean;
  /**
   * Nothing that was written after this position: the safe one from before the windows were read, so that no window is
   * older than what is judged by it. Absent: all that can be read.
   */
  readonly upTo?: number;
}

export interface HistoryReader {
  /** Cost depends on `limit`, never on the length of the conversation. */
  page(query: HistoryQuery): Promise<HistoryPage>;
  /**
   * One message as it stands, or null; with the revision of the conversation's stream that is projected. `upTo`: null as
   * well when it was sent after this position, as in HistoryQuery.
   */
  message(
    conversationId: string,
    sequence: number,
    upTo?: number,
  ): Promise<{ readonly json: string | null; readonly projectedRevision: number }>;
}

export interface ConversationMembership {
  readonly conversationId: string;
  readonly userId: string;
  /** null: no longer a member. */
  readonly role: 'owner' | 'admin' | 'member' | null;
  /** In order; the last one is open while they are a member. */
  readonly windows: readonly MembershipWindow[];
}

export interface MembershipReader {
  membership(conversationId: string, userId: string): Promise<ConversationMembership | null>;
  /** Conversations this person is in now, as of one projected position. */
  conversationsOf(userId: string): Promise<{ readonly position: number; readonly conversationIds: readonly string[] }>;
  /**
   * The same with what they may see of each: all their windows there, by conversation. The windows may be as of later than
   * `position`, which says the same of every message there was until then.
   */
  windowsOf(userId: string): Promise<{
    readonly position: number;
    readonly windows: ReadonlyMap<string, readonly SequenceWindow[]>;
  }>;
  /** Members now, ordered by user id, as member views in JSON. */
  members(conversationId: string, afterUserId: string | null, limit: number): Promise<readonly string[]>;
  /** Do these two people share a conversation now? */
  shareConversation(userId: string, otherId: string): Promise<boolean>;
}

export interface InboxReader {
  /**
   * The conversation list, newest activity first: inbox entries as JSON. `before`: go on below this (activity position,
   * conversation id); archived ones only when asked for.
   */
  entries(query: {
    readonly userId: string;
    readonly before?: { readonly activity: number; readonly conversationId: string };
    readonly limit: number;
    readonly archived: boolean;
  }): Promise<InboxPage>;
  entry(userId: string, conversationId: string): Promise<string | null>;
  /**
   * Every change this person may see after a position, in position order, each thing in its present state; nothing
   * that is not projected yet is ever passed over. Works for any `after`, however long ago.
   */
  changes(userId: string, after: number, limit: number): Promise<ChangesPage>;
}

export interface InboxPage {
  /** State as of this position: syncing from it misses nothing. */
  readonly position: number;
  readonly entries: readonly { readonly json: string; readonly activity: number; readonly conversationId: string }[];
  readonly hasMore: boolean;
}

export interface ChangesPage {
  /** Protocol changes as JSON with their positions. */
  readonly changes: readonly { readonly position: number; readonly json: string }[];
  /** Read on after this. Never beyond the safe position. */
  readonly upTo: number;
  /** Also with no changes on the page: what was looked at in one go held none. */
  readonly hasMore: boolean;
}

export interface MemberWatermark {
  readonly userId: string;
  readonly delivered: number;
  readonly read: number;
}

export interface WatermarkReader {
  /** Per member (the highest over their devices), ordered by user id: who has received and read. */
  ofConversation(
    conversationId: string,
    afterUserId: string | null,
    limit: number,
  ): Promise<readonly MemberWatermark[]>;
  ofMember(
    conversationId: string,
    userId: string,
  ): Promise<readonly { readonly deviceId: string; readonly delivered: number; readonly read: number }[]>;
  /** Aggregate as a receipts view in JSON. */
  aggregate(conversationId: string): Promise<string>;
}

export interface PeopleReader {
  /** Person views as JSON; unknown ids are left out. */
  byIds(userIds: readonly string[]): Promise<readonly string[]>;
  /** Whose name it is: of several who registered with it, the first in the log. */
  byUsername(username: string): Promise<string | null>;
  /** By words and prefixes of username and display name, folded like message search; by username, then by id. */
  find(query: string, limit: number): Promise<readonly string[]>;
  /** For the presence rule. */
  presenceVisibility(userId: string): Promise<'shared' | 'nobody'>;
}

export interface SearchQuery {
  readonly userId: string;
  /** Parsed and folded by parseQuery of libs/platform/search, the same for every engine. */
  readonly terms: readonly SearchTerm[];
  /** Any of these user ids; absent: anybody. */
  readonly from?: readonly string[];
  /** Any of these conversation ids; absent: all of this person's. */
  readonly in?: readonly string[];
  /** Milliseconds since 1970 UTC; before is exclusive, after inclusive. */
  readonly before?: number;
  readonly after?: number;
  readonly hasLink?: boolean;
  readonly hasMention?: boolean;
  /** `relevance`: of the newest 2,000 matches, by relevance() of libs/platform/search, newest first among equals. */
  readonly order: 'newest' | 'relevance';
  /** `next` of the page before. */
  readonly cursor?: SearchCursor;
  /** 1 to 100. */
  readonly limit: number;
  /** As in HistoryQuery. */
  readonly upTo?: number;
}

/** One thing that must, or must not, be in a message. */
export interface SearchTerm {
  /** Folded tokens that follow each other; at least one. */
  readonly tokens: readonly string[];
  /** The last token may go on: `wor*`, or a single character of a script without spaces. */
  readonly prefix: boolean;
  /** Must not occur. */
  readonly exclude: boolean;
}

/** Go on below this. Messages that come meanwhile are above it, so that pages neither repeat nor skip. */
export interface SearchCursor {
  /** Position of the message that was last looked at. */
  readonly position: number;
  /** By relevance: its rank, and the position up to which the first page looked. */
  readonly rank?: number;
  readonly top?: number;
}

export interface SearchHit {
  /** The message view as JSON, as history has it now. */
  readonly message: string;
  readonly conversationId: string;
  readonly sequence: number;
  readonly position: number;
  readonly rank?: number;
}

export interface SearchPage {
  /** May be fewer than asked for, even none, though `next` is there: the cost of a call is bounded. */
  readonly hits: readonly SearchHit[];
  readonly next: SearchCursor | null;
  /** Everything up to this position is searchable. */
  readonly asOf: number;
}

export interface SearchReader {
  /**
   * Only what this person may see now: membership is read at the moment of the search and applied by the server, last;
   * each hit is read again from history, so that nothing deleted or edited away is shown. Cost is bounded whatever the
   * query.
   * @throws ReadModelUnavailable
   */
  search(query: SearchQuery): Promise<SearchPage>;
}

/** How far the read models are. */
export interface ProjectedPositions {
  /** Everything up to here is in every projection that syncing reads: a cursor never passes it. */
  safePosition(): number;
  /**
   * Resolves true once everything up to here is in every projection that serves reads, message search too (unless one
   * of them is out of order); false at the time limit.
   */
  waitFor(position: number, timeoutMs: number): Promise<boolean>;
}

export interface ReadModels {
  readonly history: HistoryReader;
  readonly inbox: InboxReader;
  readonly membership: MembershipReader;
  readonly watermarks: WatermarkReader;
  readonly people: PeopleReader;
  readonly search: SearchReader;
  readonly positions: ProjectedPositions;
}
