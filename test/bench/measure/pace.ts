import { Histogram } from './histogram.js';
import type { PaceShape } from './load.js';
import { nowMicros } from './stamped-text.js';

/** A pace that runs until it is stopped. */
export interface Pace {
  stop(): void;
  /** Microseconds from the time a message should have been sent to the time it was. */
  readonly lateness: Histogram;
}

/** Sends one message of the sender with this index; `at` is the time that counts as its send, in microseconds. */
export type Speak = (sender: number, at: number, settled: () => void) => void;

export function startPace(shape: PaceShape, senders: number, speak: Speak): Pace {
  return shape.kind === 'closed'
    ? startClosed(shape.inFlight, senders, speak)
    : startSteady(shape.perSecond, senders, speak);
}

/** Every sender keeps `inFlight` messages unsettled: the next one goes out when one is settled. */
function startClosed(inFlight: number, senders: number, speak: Speak): Pace {
  let stopped = false;
  const next = (sender: number): void => {
    if (!stopped) speak(sender, nowMicros(), () => next(sender));
  };
  for (let sender = 0; sender < senders; sender += 1) {
    for (let n = 0; n < inFlight; n += 1) next(sender);
  }
  return { stop: () => void (stopped = true), lateness: new Histogram() };
}

/**
 * The nth message is due at start + n / perSecond and is sent then, by the senders in turn. A late generator or a slow
 * server moves no due time, so waiting is never left out of the latency (no coordinated omission).
 */
function startSteady(perSecond: number, senders: number, speak: Speak): Pace {
  const lateness = new Histogram();
  const start = nowMicros();
  let sent = 0;
  let stopped = false;

  const dueAt = (): number => start + Math.round((sent * 1e6) / perSecond);
  const sendDue = (): void => {
    if (stopped) return;
    const now = nowMicros();
    for (; dueAt() <= now; sent += 1) {
      lateness.record(now - dueAt());
      speak(sent % senders, dueAt(), () => {});
    }
    sleepUntil(dueAt(), sendDue);
  };
  sendDue();
  return { stop: () => void (stopped = true), lateness };
}

/** Timers fire up to some milliseconds late: sleep until shortly before, then turn the event loop over. */
function sleepUntil(micros: number, wake: () => void): void {
  const milliseconds = Math.floor((micros - nowMicros()) / 1_000) - 1;
  if (milliseconds >= 1) setTimeout(wake, milliseconds);
  else setImmediate(wake);
}
