import type { UserPresence } from '@parley/ports';

/** Whose presence a session wants to know, and what it has yet to be told. */
export interface PresenceInterest {
  readonly userIds: ReadonlySet<string>;
  /** Of these it was seen that they share a conversation; forgotten whenever one of the two leaves one. */
  readonly sharing: Set<string>;
  /** Of these something was told: when they hide, that must be taken back, once. */
  readonly told: Set<string>;
  /** The newest state of each, to go with the next frame. */
  readonly pending: Map<string, UserPresence>;
  /** The first frame, with everybody, has been sent. */
  answered: boolean;
}
