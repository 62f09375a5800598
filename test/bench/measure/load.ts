import type { ProcessFigures } from './process-figures.js';
import type { Summary } from './histogram.js';

/** Who talks with whom. In pairs both talk; in a group the first `senders` of its `members` talk and all listen. */
export type SceneShape =
  | { readonly kind: 'pairs'; readonly pairs: number }
  | { readonly kind: 'group'; readonly members: number; readonly senders: number };

/**
 * When they talk. `closed`: every sender keeps `inFlight` messages unacknowledged, as fast as the server takes them.
 * `steady`: `perSecond` messages in all, at fixed times, whatever the server does (open loop).
 */
export type PaceShape =
  { readonly kind: 'closed'; readonly inFlight: number } | { readonly kind: 'steady'; readonly perSecond: number };

export interface Load {
  readonly scene: SceneShape;
  readonly pace: PaceShape;
  readonly warmUpSeconds: number;
  /** Length of the measured window, after the warm-up. */
  readonly seconds: number;
  /** Length of a message's text in bytes; at least 40. */
  readonly textBytes: number;
}

/** Rates are of the measured window; who needs time to catch up afterwards has that time added to it. The counts below `whole run` are from the first message to the end of the drain. */
export interface LoadResult {
  /** Real length of the window. */
  readonly seconds: number;
  /** From the end of the window until the server had done all work for what it had accepted. */
  readonly catchUpSeconds: number;
  readonly acceptedPerSecond: number;
  readonly deliveredPerSecond: number;
  /** Microseconds from send (steady: from the intended time) to acceptance, of messages sent in the window. */
  readonly acceptance: Summary;
  /** The same to the delivery at each receiver. */
  readonly delivery: Summary;
  /** Microseconds by which the generator itself was late (steady only); part of the latencies above. */
  readonly lateness: Summary;
  /** One for each watched process, in the order asked for; in window and catching up. */
  readonly servers: readonly ProcessFigures[];
  /** CPU of all watched processes, in window and catching up, by the messages accepted meanwhile; in microseconds. */
  readonly serverMicrosPerAccepted: number;
  readonly generator: ProcessFigures;

  // Whole run.
  readonly sent: number;
  readonly accepted: number;
  readonly delivered: number;
  /** Refusals by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Messages that were neither accepted nor refused. */
  readonly unanswered: number;
  /** Deliveries of accepted messages that did not come; below zero if some came twice. */
  readonly missing: number;
  /** Deliveries that came after a later one of the same sender, or once more. */
  readonly backwards: number;
}
