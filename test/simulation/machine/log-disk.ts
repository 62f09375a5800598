import type { RecordedEvent } from '@parley/events';
import type { Random } from '../engine/random.js';
import type { Scheduler } from '../engine/scheduler.js';

/** One append as it lies on the disk. Torn: it ends in the middle of an event, which its checksum shows. */
interface Frame {
  readonly events: readonly RecordedEvent[];
  readonly torn: boolean;
}

/**
 * The disk of the event log: a write-ahead log of appends. What was written through survives everything; of what was being
 * written when the machine stopped, a beginning may be there, and its last append may be torn.
 */
export class LogDisk {
  /** Written through. Outlives every process. */
  readonly #frames: Frame[] = [];
  #writing: readonly (readonly RecordedEvent[])[] = [];
  /** Milliseconds that each write takes longer until then. */
  #slow = { until: 0, ms: 0 };
  #disturb: (() => void) | null = null;
  /** A planted bug: what is torn is taken as if it were whole. */
  keepsTorn = false;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
  ) {}

  slowDown(forMs: number, ms: number): void {
    this.#slow = { until: this.scheduler.now + forMs, ms };
  }

  /** Calls back once while the next write is under way. */
  duringNextWrite(run: () => void): void {
    this.#disturb = run;
  }

  /** Calls back once everything is written through. One write at a time. */
  write(appends: readonly (readonly RecordedEvent[])[], done: () => void): void {
    this.#writing = appends;
    const { until, ms } = this.#slow;
    const takes = this.random.between(0.2, 3) + (until > this.scheduler.now ? ms : 0);
    if (this.#disturb !== null) this.scheduler.after(takes * this.random.next(), null, this.#disturb);
    this.#disturb = null;
    this.scheduler.after(takes, this.scheduler.current, () => {
      for (const events of appends) this.#frames.push({ events, torn: false });
      this.#writing = [];
      done();
    });
  }

  /** The machine stops. */
  crash(): void {
    const kept = this.random.below(this.#writing.length + 1);
    for (const events of this.#writing.slice(0, kept)) this.#frames.push({ events, torn: false });
    const next = this.#writing[kept];
    if (next !== undefined && this.random.chance(0.5)) {
      this.#frames.push({ events: this.#tear(next), torn: true });
    }
    this.#writing = [];
  }

  /** What there is of an append whose writing ended in one of its events. */
  #tear(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
    const whole = this.random.below(events.length);
    const last = events[whole]!;
    return [...events.slice(0, whole), { ...last, data: last.data.slice(0, this.random.below(last.data.length)) }];
  }

  /** What a process finds when it starts: everything up to the first tear, which is cut off. */
  recover(): RecordedEvent[] {
    if (this.keepsTorn) for (const [at, frame] of this.#frames.entries()) this.#frames[at] = { ...frame, torn: false };
    const torn = this.#frames.findIndex((frame) => frame.torn);
    if (torn >= 0) this.#frames.length = torn;
    return this.durable();
  }

  /** What nothing can take away any more. */
  durable(): RecordedEvent[] {
    return this.#frames.flatMap(({ events, torn }) => (torn ? [] : events));
  }
}
