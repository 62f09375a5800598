/** Bugs that can be planted into the world's own wiring, to see whether a run finds them. None of them is in the product. */
export interface Bugs {
  /** The log answers before its disk has it. */
  readonly acknowledgesEarly: boolean;
  /** The log does not look at the expected revision. */
  readonly twoOwners: boolean;
  /** What is torn at the end of the log is taken as whole. */
  readonly keepsTorn: boolean;
  /** News that come between the last look and the waiting are missed, and nobody looks again. */
  readonly losesWakeUp: boolean;
  /** A projection saves its checkpoint, then its rows. */
  readonly checkpointFirst: boolean;
  /** Cursors point a little further than what was sent. */
  readonly cursorAhead: boolean;
  /** Gateways are not told who has left. */
  readonly forgetsDepartures: boolean;
  /** Deliveries get lost on their way, and the next ones do not say so. */
  readonly hidesGaps: boolean;
  /** What is pushed is not in history yet. */
  readonly pushesEarly: boolean;
  /** A message that is sent again after a reconnect gets another name. */
  readonly renamesRetries: boolean;
}

export type BugName = keyof Bugs;

export const noBugs: Bugs = {
  acknowledgesEarly: false,
  twoOwners: false,
  keepsTorn: false,
  losesWakeUp: false,
  checkpointFirst: false,
  cursorAhead: false,
  forgetsDepartures: false,
  hidesGaps: false,
  pushesEarly: false,
  renamesRetries: false,
};

export const bugNames = Object.keys(noBugs) as readonly BugName[];
