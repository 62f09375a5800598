import type { MembershipWindow, RecordedEvent } from '@parley/events';

/** The log that everything is held against. */
export interface LogSource {
  /** In position order; `considered`: everything up to here was looked at. */
  readAll(options: { readonly after: number; readonly upTo: number; readonly limit: number }): Promise<{
    readonly events: readonly RecordedEvent[];
    readonly considered: number;
    readonly atEnd: boolean;
  }>;
  /** In revision order, from this revision on. Backwards without `from`: from the end. */
  readStream(
    stream: string,
    options: { readonly from?: number; readonly limit: number; readonly direction?: 'forwards' | 'backwards' },
  ): Promise<readonly RecordedEvent[]>;
  info(): Promise<{ readonly lastPosition: number }>;
}

/** The rows as gateways read them: views as JSON. */
export interface RowSource {
  /** Everything up to this position is in all of the rows below, and perhaps more. */
  projectedTo(): Promise<number>;
  readonly history: {
    page(query: {
      readonly conversationId: string;
      readonly windows: readonly MembershipWindow[];
      readonly after: number;
      readonly limit: number;
      readonly notices: boolean;
    }): Promise<{ readonly entries: readonly HistoryRow[] }>;
  };
  readonly membership: {
    membership(
      conversationId: string,
      userId: string,
    ): Promise<{ readonly role: string | null; readonly windows: readonly MembershipWindow[] } | null>;
  };
  readonly watermarks: {
    ofConversation(
      conversationId: string,
      afterUserId: string | null,
      limit: number,
    ): Promise<readonly { readonly userId: string; readonly delivered: number; readonly read: number }[]>;
    ofMember(
      conversationId: string,
      userId: string,
    ): Promise<readonly { readonly deviceId: string; readonly delivered: number; readonly read: number }[]>;
    /** The receipts view. */
    aggregate(conversationId: string): Promise<string>;
  };
  readonly inbox: {
    /** null: not a member. */
    entry(userId: string, conversationId: string): Promise<string | null>;
    /** What a device that comes back is given, in order: everything this person may see after a position. */
    changes(
      userId: string,
      after: number,
      limit: number,
    ): Promise<{
      readonly changes: readonly { readonly position: number; readonly json: string }[];
      readonly upTo: number;
      readonly hasMore: boolean;
    }>;
  };
  /** What message search holds now, of whoever's conversations; null: nothing is searchable yet. */
  search(): Promise<SearchSource | null>;
}

/** In the order of the timeline. */
export interface HistoryRow {
  readonly kind: 'message' | 'notice';
  /** Of a notice: of the message it stands after. */
  readonly sequence: number;
  /** Of the last change. */
  readonly position: number;
  readonly json: string;
}

export interface SearchRow {
  readonly position: number;
  readonly sequence: number;
  /** Of a removed message it may be missing: empty. */
  readonly senderId: string;
  /** Milliseconds since 1970 UTC. Of a removed message it may be missing: 0. */
  readonly time: number;
  /** Each once; none when nothing of it is searchable. */
  readonly words: readonly string[];
  readonly hasMention: boolean;
}

export interface SearchSource {
  /** Of one conversation, in the order of its messages; `after`: the position of the last one seen. */
  page(conversationId: string, after: number, limit: number): Promise<readonly SearchRow[]>;
  /** Does the index lead from all of these words to the message of this position? */
  finds(position: number, words: readonly string[]): Promise<boolean>;
  /** Each word of a text once, folded as search folds them. */
  wordsOf(text: string): readonly string[];
}
