import type { SequenceWindow } from '@parley/events';

/**
 * From the projector to the gateways: changes that can already be read, encoded once. A hint, not the truth: a lost
 * batch shows as a hole in `previous` and the gateway reads the inbox again.
 */
export interface DeliveryBatch {
  /** Everything up to here is projected and readable. */
  readonly position: number;
  /** The `position` of the batch before it: not equal to the last one seen means that something was lost. */
  readonly previous: number;
  /** In position order. */
  readonly deliveries: readonly Delivery[];
}

export type Delivery = ConversationDelivery | UserDelivery;

/** Of a delivery that is recorded in a trace. */
export interface DeliveryTrace {
  /** W3C Trace Context of what caused it. */
  readonly traceparent: string;
  /** When the receiving process heard of it, ms since 1970 UTC with their fraction; set there. */
  heardAt?: number;
}

/** To every member who is connected. */
export interface ConversationDelivery {
  readonly to: 'conversation';
  readonly conversationId: string;
  readonly position: number;
  /** A `Change` of the protocol as JSON. */
  readonly change: string;
  /** Set on a new message: lets the gateway leave out the socket that sent it, when that asked for no echo. */
  readonly sequence?: number;
  /** Set on a new message. */
  readonly senderId?: string;
  /**
   * Set on a change of an older message, to its sequence: only for those whose windows show it. Who they are is for the
   * gateway to say, which knows the few that are connected: named here, everybody who came later would make it larger.
   */
  readonly shows?: number;
  /**
   * Set on a conversation view with pins, to their sequences: everybody gets it without those that their windows do not
   * show.
   */
  readonly pins?: readonly number[];
  /** A member who gets it in another form: the newcomer, whose entry says it. */
  readonly except?: string;
  readonly trace?: DeliveryTrace;
}

/** To every device of one person. */
export interface UserDelivery {
  readonly to: 'user';
  readonly userId: string;
  readonly position: number;
  readonly change: string;
  /** From this position on the person is (or is no longer) in the conversation's audience. */
  readonly membership?: MembershipMove;
  readonly trace?: DeliveryTrace;
}

/**
 * `windows`: all of this person in this conversation, what they may see of it. They may be as of later: that says the
 * same of every message there was until then.
 */
export type MembershipMove =
  | { readonly conversationId: string; readonly member: true; readonly windows: readonly SequenceWindow[] }
  | { readonly conversationId: string; readonly member: false };

/** What composing deliveries asks of the read models, after a batch is in them. */
export interface DeliveryReader {
  /** A message view in its present state, or null. */
  message(conversationId: string, sequence: number): Promise<string | null>;
  /** The notice view of this position, or null. */
  notice(conversationId: string, position: number): Promise<string | null>;
  /** A conversation view as of `position` with all its pins, and their sequences; null when there is none. */
  conversation(
    conversationId: string,
    position: number,
  ): Promise<{ readonly view: string; readonly pins: readonly number[] } | null>;
  /** The member view of this person, a former member too. */
  member(conversationId: string, userId: string): Promise<string | null>;
  /**
   * The inbox entry of somebody who became a member at `position`, as of then, and all their windows; null when they
   * left since.
   */
  joinedEntry(
    conversationId: string,
    userId: string,
    position: number,
  ): Promise<{ readonly entry: string; readonly windows: readonly SequenceWindow[] } | null>;
  receipts(conversationId: string): Promise<string>;
  /** null for somebody who is not a member. */
  readState(conversationId: string, userId: string): Promise<string | null>;
  settings(conversationId: string, userId: string): Promise<string>;
  person(userId: string): Promise<string | null>;
  conversationsOf(userId: string): Promise<readonly string[]>;
}

export interface DeliveryPublisher {
  /**
   * In order; called only after the changes are committed to the read models. The projector waits for the promise: this
   * is how a receiver that falls behind slows it down instead of filling the memory.
   */
  publish(batch: DeliveryBatch): Promise<void>;
}

export interface DeliverySubscriber {
  /** Batches in the order of `position`. Returns a function that ends the subscription. */
  subscribe(listener: (batch: DeliveryBatch) => void): () => void;
}
