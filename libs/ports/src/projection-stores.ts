import type { ConversationKind, DecodedEvent, MemberRole, MessageContent, ParleyEvent } from '@parley/events';
import type { ParkedOperation, ParkedPage, ParkedRecord } from './parked-events.js';
import type { ProjectionName } from './projections.js';
import type { SearchOperation } from './search-store.js';

/**
 * What projections ask of their stores. A projection turns each event into operations (pure: `evolve`); its store keeps
 * rows. Operations are semantic, so that each engine lays out its own tables: SQLite here, Cassandra and Elasticsearch
 * beside it, all fed by the same evolve.
 */

/** A projection: from one event to what it does to the rows. Pure, and the only place that knows events. */
export interface Projection<Name extends ProjectionName = ProjectionName> {
  readonly name: Name;
  /** Raised whenever rows would come out differently: rows of another version are built anew. */
  readonly version: number;
  /**
   * The operations of one event, in order; none for an event that does not concern it.
   * @throws whatever it cannot deal with: the event is then parked.
   */
  evolve(event: DecodedEvent<ParleyEvent>): readonly OperationOf<Name>[];
}

export interface OperationsByProjection {
  readonly history: HistoryOperation;
  readonly inbox: InboxOperation;
  readonly membership: MembershipOperation;
  readonly watermarks: WatermarkOperation;
  readonly people: PeopleOperation;
  readonly search: SearchOperation;
}
export type OperationOf<Name extends ProjectionName> = OperationsByProjection[Name];

export interface ProjectionBatch<Operation> {
  /** In position order. Applying one a second time changes nothing. */
  readonly operations: readonly Operation[];
  readonly parked: readonly ParkedOperation[];
  /** Everything up to here is in the batch or before it. */
  readonly checkpoint: number;
  /** Rows may be written before it, but the checkpoint moves only after it is fulfilled; rejected, nothing is applied. */
  readonly after?: Promise<unknown> | undefined;
  /** The checkpoint stays where it is: only for a store that keeps it apart, which is told of it soon after. */
  readonly rowsOnly?: boolean;
}

/** Operations that do not fit the rows (an edit of a message that is not there). Nothing of the batch was applied. */
export class OperationsRejected extends Error {
  override readonly name = 'OperationsRejected';
  /** By position of the event: why. */
  readonly reasons: ReadonlyMap<number, string>;

  constructor(reasons: ReadonlyMap<number, string>) {
    super([...reasons].map(([position, reason]) => `${position}: ${reason}`).join('; '));
    this.reasons = reasons;
  }
}

/** The rows are to be written elsewhere by now: open the store again. What was not told as applied comes again. */
export class StoreReplaced extends Error {
  override readonly name: string = 'StoreReplaced';
}

export interface ProjectionStore<Operation> {
  /** Everything up to here is applied; 0 when new. */
  checkpoint(): Promise<number>;
  /** true: known to be replaced; whoever opens it again before the next batch loses no time. Touches no network. */
  readonly replaced?: boolean;
  /**
   * true: the checkpoint is a write of its own after the rows, so it may be saved now and then only: what lies between
   * comes again after a crash, and changes nothing. Absent: it costs nothing beside the rows.
   */
  readonly keepsCheckpointApart?: boolean;
  /**
   * Rows, parked events and checkpoint move together, or the checkpoint does not move.
   * @throws OperationsRejected for what cannot be applied to these rows: park those events and apply the rest.
   * StoreReplaced: open it again. Any other error is the store's: try again later.
   */
  apply(batch: ProjectionBatch<Operation>): Promise<void>;
  /**
   * Applies one parked event and forgets that it was parked; the checkpoint stays.
   * @throws OperationsRejected
   */
  applyParked(position: number, operations: readonly Operation[]): Promise<void>;
  /** By position. */
  parked(page?: ParkedPage): Promise<readonly ParkedRecord[]>;
  close(): Promise<void>;
}

/** `position`: of the event. Stores keep it with the row where a later change must win over an earlier one. */
interface At {
  readonly position: number;
}
interface InConversation extends At {
  readonly conversationId: string;
}

/** `revision`: of the event in the conversation's stream; readers tell up to which one they are. */
interface InStream extends InConversation {
  readonly revision: number;
}
interface OnMessage extends InStream {
  readonly sequence: number;
}

export type HistoryOperation =
  /** `json`: the message view, encoded once: stored, paged and pushed as it is. */
  | (OnMessage & { readonly type: 'add-message'; readonly senderId: string; readonly json: string })
  | (OnMessage & {
      readonly type: 'edit-message';
      readonly content: MessageContent;
      readonly mentions: readonly string[];
      readonly editedAt: string;
    })
  /** What was said, its reactions and its pin go; that something was said, by whom and when, stays. */
  | (OnMessage & { readonly type: 'delete-message'; readonly deletedBy: string; readonly deletedAt: string })
  | (OnMessage & { readonly type: 'add-reaction'; readonly userId: string; readonly emoji: string })
  | (OnMessage & { readonly type: 'remove-reaction'; readonly userId: string; readonly emoji: string })
  | (OnMessage & { readonly type: 'pin-message' })
  | (OnMessage & { readonly type: 'unpin-message' })
  /** `notice`: the notice view without `position`, `conversationId` and `afterSequence`, which the store knows. */
  | (InStream & { readonly type: 'add-notice'; readonly notice: NoticeFacts })
  /** An event that left nothing in the timeline. */
  | (InStream & { readonly type: 'pass' });

export interface NoticeFacts {
  readonly type: string;
  readonly actorId: string;
  /** RFC 3339 UTC. */
  readonly time: string;
  readonly userId?: string;
  readonly title?: string;
  readonly role?: MemberRole;
}

export type InboxOperation =
  | (InConversation & {
      readonly type: 'start-conversation';
      readonly kind: ConversationKind;
      readonly title: string | null;
      readonly description: string | null;
      /** Of a direct conversation: both people. */
      readonly peerIds: readonly string[] | null;
      readonly startedAt: string;
    })
  | (InConversation & { readonly type: 'set-title'; readonly title: string })
  | (InConversation & { readonly type: 'set-description'; readonly description: string })
  /** Of a new message. One without mentions leaves nothing here: the last message is history's to tell. */
  | (InConversation & {
      readonly type: 'add-mentions';
      readonly sequence: number;
      readonly mentions: readonly string[];
    })
  /** An edit: the mentions are replaced. */
  | (InConversation & {
      readonly type: 'set-mentions';
      readonly sequence: number;
      readonly mentions: readonly string[];
    })
  /** Its mentions and its pin go too. */
  | (InConversation & { readonly type: 'delete-message'; readonly sequence: number })
  | (InConversation & { readonly type: 'pin'; readonly sequence: number })
  | (InConversation & { readonly type: 'unpin'; readonly sequence: number })
  | (Personal & { readonly type: 'set-muted'; readonly muted: boolean; readonly until: number | null })
  | (Personal & { readonly type: 'set-archived'; readonly archived: boolean })
  | (Personal & { readonly type: 'set-marked-unread'; readonly markedUnread: boolean });

interface Personal extends InConversation {
  readonly userId: string;
}

export type MembershipOperation =
  /** Opens a window; changes nothing when one is open. */
  | (Personal & { readonly type: 'open'; readonly role: MemberRole; readonly afterSequence: number })
  /** Closes the open window; changes nothing when none is. */
  | (Personal & { readonly type: 'close'; readonly state: 'left' | 'removed'; readonly untilSequence: number })
  | (Personal & { readonly type: 'set-role'; readonly role: MemberRole });

export type WatermarkOperation =
  | (InConversation & { readonly type: 'start'; readonly userIds: readonly string[] })
  | (Personal & { readonly type: 'join' })
  | (Personal & { readonly type: 'leave' })
  /** Sending moves the sender's own read watermark. */
  | (Personal & { readonly type: 'sent'; readonly sequence: number })
  /** A change that moves no watermark: of no concern but to engines that keep an index of who has news. */
  | (InConversation & { readonly type: 'touch' })
  | (InConversation & {
      readonly type: 'advance';
      readonly advances: readonly {
        readonly userId: string;
        readonly deviceId: string;
        readonly delivered?: number;
        readonly read?: number;
      }[];
    });

export type PeopleOperation =
  /**
   * Never refused for the name: of several with one name the lowest position has it, whichever comes first to the store
   * (people are spread over partitions), and all are found by id.
   */
  | (At & {
      readonly type: 'register';
      readonly userId: string;
      readonly username: string;
      readonly displayName: string;
    })
  | (At & {
      readonly type: 'change-profile';
      readonly userId: string;
      readonly displayName?: string;
      readonly about?: string;
      readonly presenceVisibility?: 'shared' | 'nobody';
    });
