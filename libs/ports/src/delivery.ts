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

/** To every member who is connected. */
export interface ConversationDelivery {
  readonly to: 'conversation';
  readonly conversationId: string;
  readonly position: number;
  /** A `Change` of the protocol as JSON. */
  readonly change: string;
  /** Set on a message: lets the gateway leave out the socket that sent it, when that asked for no echo. */
  readonly sequence?: number;
}

/** To every device of one person. */
export interface UserDelivery {
  readonly to: 'user';
  readonly userId: string;
  readonly position: number;
  readonly change: string;
  /** From this position on the person is (or is no longer) in the conversation's audience. */
  readonly membership?: { readonly conversationId: string; readonly member: boolean };
}

export interface DeliveryPublisher {
  /** In order; called only after the changes are committed to the read models. */
  publish(batch: DeliveryBatch): void;
}

export interface DeliverySubscriber {
  /** Batches in the order of `position`. Returns a function that ends the subscription. */
  subscribe(listener: (batch: DeliveryBatch) => void): () => void;
}
