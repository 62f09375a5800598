import type {
  ConversationView,
  InboxEntry,
  MemberView,
  MessageView,
  NoticeView,
  PersonView,
  ReadStateView,
  ReceiptsView,
  SettingsView,
} from '@parley/protocol';
import type { Timeline } from './timeline.js';

/** A thing as of a position. The newest position wins. */
export interface Held<T> {
  readonly value: T;
  readonly position: string;
}

/** How much is kept in memory. Nothing is lost by a small window: what is older is a history page away. */
export interface Limits {
  /** Newest messages kept in each conversation. */
  readonly messages: number;
  /** Newest notices ("joined", "renamed") kept in each conversation. */
  readonly notices: number;
  /** Members remembered in each conversation, of those that changes told of; all of them are a request away. */
  readonly members: number;
  /** People remembered. */
  readonly people: number;
}

export interface ConversationState {
  readonly id: string;
  /** Position at which the present membership began; '0' when it came with the list. */
  readonly joinedAt: string;
  /** Messages above this are of the present membership. */
  readonly afterSequence: number;
  view: Held<ConversationView> | null;
  role: Held<InboxEntry['role']> | null;
  readState: Held<ReadStateView> | null;
  settings: Held<SettingsView> | null;
  receipts: Held<ReceiptsView> | null;
  /** Those who left are kept as such, so that an older change does not bring them back. */
  readonly members: Map<string, Held<MemberView>>;
  /** In the order of their positions. */
  notices: NoticeView[];
  /** Notices up to this position were announced. */
  noticedUpTo: string;
  readonly timeline: Timeline;
  /** The newest message of one's own: sending reads. */
  ownLast: number;
  /** Marked read on this device; the server may not know yet. */
  readHere: number;
  /** Messages above `readState.lastSequence` that mention this person. */
  readonly mentionedAt: Set<number>;
}

export interface Departure {
  readonly position: string;
  /** Up to here messages were announced. */
  readonly announced: number;
}

/** What one device knows. Written only by the functions of this folder. */
export interface LocalState {
  readonly userId: string;
  readonly limits: Limits;
  readonly conversations: Map<string, ConversationState>;
  /** Conversations left: what is older does not bring them back. */
  readonly departed: Map<string, Departure>;
  readonly people: Map<string, Held<PersonView>>;
  /**
   * After a reset: up to where each conversation had been announced, so that what was said in between is fetched and
   * announced as well.
   */
  announcedBefore: Map<string, number>;
  /** Of conversations of which it is not known where they stand: up to which message of one's own was accepted there. */
  readonly acceptedAhead: Map<string, number>;
}

export const emptyState = (userId: string, limits: Limits): LocalState => ({
  userId,
  limits,
  conversations: new Map(),
  departed: new Map(),
  people: new Map(),
  announcedBefore: new Map(),
  acceptedAhead: new Map(),
});

/** Forgets everything except up to where messages were announced. */
export function resetState(state: LocalState): void {
  for (const [id, { timeline }] of state.conversations)
    if (timeline.anchored) state.announcedBefore.set(id, timeline.announced);
  state.conversations.clear();
  state.departed.clear();
  state.people.clear();
  state.acceptedAhead.clear();
}

/** What the application is told of. The state is already as the event says. */
export type StateEvent =
  /** A message that was not announced before: each once, in the order of sequences. */
  | { readonly type: 'message'; readonly message: MessageView }
  /** An announced message, or one older than the window, is different now: edit, deletion, reactions, pin. */
  | { readonly type: 'messageChanged'; readonly message: MessageView }
  | { readonly type: 'notice'; readonly notice: NoticeView }
  | { readonly type: 'member'; readonly member: MemberView }
  | { readonly type: 'receipts'; readonly receipts: ReceiptsView }
  | { readonly type: 'person'; readonly person: PersonView }
  | { readonly type: 'joined'; readonly conversationId: string }
  | { readonly type: 'departed'; readonly conversationId: string; readonly state: 'left' | 'removed' }
  /** Anything that its row in the conversation list shows. */
  | { readonly type: 'conversation'; readonly conversationId: string };
