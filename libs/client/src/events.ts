import type {
  Change,
  MemberView,
  MessageView,
  NoticeView,
  PersonView,
  PresenceView,
  ReceiptsView,
} from '@parley/protocol';
import type { ConnectionState } from './live/connection-state.js';
import type { OutgoingMessage } from './live/outgoing.js';

/** What an application can listen to. The client's state already is as the event says. */
export interface ClientEvents {
  /**
   * A message that is new to this device: each once, in the order of its conversation, one's own included. What was
   * said before the device first synced is history and does not come here.
   */
  message: MessageView;
  /** A message is different now: edited, deleted, reacted to, pinned or unpinned. Its state, not the difference. */
  messageChanged: MessageView;
  /** A system message: somebody joined, left, renamed. */
  notice: NoticeView;
  /** The row of this conversation in the list is different now; several changes at once are told once. */
  conversation: { readonly conversationId: string };
  joined: { readonly conversationId: string };
  departed: { readonly conversationId: string; readonly state: 'left' | 'removed' };
  member: MemberView;
  receipts: ReceiptsView;
  person: PersonView;
  /** Who is typing in it now. */
  typing: { readonly conversationId: string; readonly userIds: readonly string[] };
  /** Of people asked for. */
  presence: readonly PresenceView[];
  /** A message of the outbox: put in, failed, or (`accepted`) gone from it. */
  outbox: { readonly message: OutgoingMessage; readonly status: 'pending' | 'accepted' | 'failed' };
  /** Every change as it came, repeated ones left out. */
  change: Change;
  /** The connection. */
  state: ConnectionState;
  /** Everything that happened before is known now. */
  caughtUp: { readonly cursor: string };
  /** What was known is outdated and was dropped; it is being read anew. */
  reset: { readonly reason: string };
  /** A listener threw, or the store failed. Without a listener it is thrown on its own. */
  error: unknown;
}
