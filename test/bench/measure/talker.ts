/** One connected user in a conversation: what the load generator needs of any messaging server. */
export interface Talker {
  /**
   * Sends one message to the talker's peer or group; may gather the messages of one turn of the event loop into one
   * frame. `settled` runs once: with null when the server has accepted the message as durable, else with its reason.
   */
  send(text: string, settled: (refusal: string | null) => void): void;
  /** Every message of others that reaches this talker; the talker's own are left out. */
  onMessage(receive: (text: string) => void): void;
  /** The connection ended though nobody closed it. */
  onLost(report: (reason: string) => void): void;
  close(): Promise<void>;
}

/** A running server that talkers can connect to. */
export interface Target {
  /** Two new users in a conversation of their own; `index` tells the pairs of one run apart. */
  connectPair(index: number): Promise<readonly [Talker, Talker]>;
  /** `size` new users in one group. */
  connectGroup(size: number): Promise<readonly Talker[]>;
  /** Resolves once all that was accepted can be read everywhere; absent: there is nothing to wait for. */
  caughtUp?(): Promise<void>;
}

/** What a target's module exports. `options` is what the caller gave to runLoad, carried as JSON. */
export type OpenTarget = (options: unknown) => Promise<Target>;
