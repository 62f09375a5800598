import { type MembershipWindow, type SequenceWindow, sees, unreadCount, visibleRanges } from '@parley/events';

/**
 * The views of a conversation and its members as JSON, made of what each engine keeps in its own rows: the same answers
 * whatever lies behind.
 */

export interface MemberFacts {
  readonly conversationId: string;
  readonly userId: string;
  /** null: no longer a member. */
  readonly role: 'owner' | 'admin' | 'member' | null;
  readonly state: 'member' | 'left' | 'removed';
  /** Of the last window. */
  readonly afterSequence: number;
}

export const memberJson = ({ conversationId, userId, role, state, afterSequence }: MemberFacts): string =>
  // A former member's role is of no use to anybody; the view wants one.
  JSON.stringify({ conversationId, userId, role: role ?? 'member', state, afterSequence });

export interface ConversationFacts {
  readonly kind: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly peerIds: readonly string[] | null;
  readonly pins: readonly number[];
  readonly startedAt: string;
}

/** `windows`: without the pins of messages that lie outside of them. */
export function conversationJson(
  id: string,
  facts: ConversationFacts,
  counts: { readonly memberCount: number; readonly lastSequence: number },
  windows?: readonly MembershipWindow[],
): string {
  const { kind, title, description, peerIds, pins, startedAt } = facts;
  return JSON.stringify({
    id,
    kind,
    title,
    description,
    memberCount: counts.memberCount,
    lastSequence: counts.lastSequence,
    pins: windows === undefined ? pins : pins.filter((sequence) => sees(windows, sequence)),
    ...(peerIds === null ? {} : { peerIds }),
    startedAt,
  });
}

export interface SettingFacts {
  readonly muted: boolean;
  /** ms since 1970 UTC; null: for ever, or not muted. */
  readonly mutedUntil: number | null;
  readonly archived: boolean;
  readonly markedUnread: boolean;
}

/** `settings` undefined: nothing was ever set. */
export const settingsJson = (conversationId: string, settings: SettingFacts | undefined): string =>
  JSON.stringify({
    conversationId,
    muted: settings?.muted ?? false,
    mutedUntil: typeof settings?.mutedUntil === 'number' ? new Date(settings.mutedUntil).toISOString() : null,
    archived: settings?.archived ?? false,
    markedUnread: settings?.markedUnread ?? false,
  });

/** What a person has not read, up to a last sequence. */
export interface UnreadFacts {
  /** Never beyond the last sequence. */
  readonly read: number;
  readonly unread: number;
  /** Where mentions count: nothing when nothing is unread. */
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
}

export function unreadFacts(
  windows: readonly SequenceWindow[],
  readWatermark: number,
  lastSequence: number,
): UnreadFacts {
  const read = Math.min(readWatermark, lastSequence);
  const unread = unreadCount(windows, read, lastSequence);
  return { read, unread, ranges: unread === 0 ? [] : visibleRanges(windows, { from: read + 1, to: lastSequence }) };
}

export const readStateJson = (
  conversationId: string,
  { read, unread }: UnreadFacts,
  mentions: number,
  lastSequence: number,
): string => JSON.stringify({ conversationId, read, unread, mentions, lastSequence });

export interface EntryParts {
  /** JSON of the views. */
  readonly conversation: string;
  readonly lastMessage: string | null;
  readonly readState: string;
  readonly settings: string;
  readonly receipts: string;
  readonly role: string;
  readonly afterSequence: number;
}

/** An inbox entry around views that are encoded already. */
export const entryJson = (parts: EntryParts): string =>
  `{"conversation":${parts.conversation},"role":"${parts.role}","afterSequence":${parts.afterSequence},` +
  `"lastMessage":${parts.lastMessage ?? 'null'},"readState":${parts.readState},"settings":${parts.settings},` +
  `"receipts":${parts.receipts}}`;
