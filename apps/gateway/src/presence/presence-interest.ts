import type { UserPresence } from '@parley/ports';

/** Whose presence a session wants to know, and what it has yet to be told. */
export interface PresenceInterest {
  readonly userIds: ReadonlySet<string>;
  /** Of these it was seen that they share a conversation; forgotten whenever one of the two leaves one. */
  readonly sharing: Set<string>;
  /** Rises whenever something of it is forgotten: what was looked up before does not hold. */
  departures: number;
  /** Of these something was told: when they hide or are lost sight of, that must be taken back, once. */
  readonly told: Set<string>;
  /** The newest state of each, to go with the next frame; null: only to see whether they may still be seen. */
  readonly pending: Map<string, UserPresence | null>;
  /** The first frame, with everybody, has been sent; while deliveries are late it waits. */
  answered: boolean;
}
