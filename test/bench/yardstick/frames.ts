/**
 * What goes over the yardstick's sockets: text frames of JSON.
 *
 * A client's first frame is a Hello, answered by `{"welcome":true}`; every later one is a ClientFrame. The relay sends
 * at most one RelayFrame to a socket for each commit.
 */
export interface Hello {
  /** The name by which peers address this client. */
  readonly hello: string;
  readonly groups: readonly string[];
}

export interface ClientMessage {
  /** Chosen by the client and sent back in `acks`; unique on its socket. */
  readonly id: number;
  readonly to: { readonly peer: string } | { readonly group: string };
  readonly text: string;
}

export interface ClientFrame {
  readonly messages: readonly ClientMessage[];
}

export interface DeliveredMessage {
  /** A counter over all messages of this run of the relay. */
  readonly n: number;
  readonly from: string;
  readonly to: ClientMessage['to'];
  readonly text: string;
}

export interface RelayFrame {
  /** Ids of this client's messages that are on disk. */
  readonly acks: readonly number[];
  /** Messages of others, in the order of `n` for each conversation. */
  readonly messages: readonly DeliveredMessage[];
}
