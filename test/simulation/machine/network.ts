import type { Random } from '../engine/random.js';
import type { Scheduler } from '../engine/scheduler.js';

export interface NetworkProfile {
  /** Milliseconds one way, least and usual most. */
  readonly latency: readonly [number, number];
  /** Probability that one message takes up to a hundred times as long. */
  readonly straggler: number;
  /** Probability that a question to the log, or its answer, is lost. */
  readonly loss: number;
  /** Probability that a question to the log arrives twice. */
  readonly duplicate: number;
}

/** Which machine reaches which, and how long it takes. Machines are known by their names. */
export class Network {
  readonly #cuts = new Map<string, number>();

  constructor(
    readonly scheduler: Scheduler,
    readonly random: Random,
    readonly profile: NetworkProfile,
  ) {}

  /** Nothing passes between the two for so long; what was sent in order waits, what was not is lost. */
  cut(a: string, b: string, ms: number): void {
    const until = this.scheduler.now + ms;
    this.#cuts.set(pair(a, b), Math.max(until, this.#cuts.get(pair(a, b)) ?? 0));
  }

  isCut(a: string, b: string): boolean {
    return (this.#cuts.get(pair(a, b)) ?? 0) > this.scheduler.now;
  }

  /** Milliseconds until something that is sent now arrives, if it is sent until it does. */
  delay(a: string, b: string): number {
    const { latency, straggler } = this.profile;
    const usual = this.random.between(latency[0], latency[1]);
    const travel = this.random.chance(straggler) ? usual * this.random.between(1, 100) : usual;
    return Math.max(0, (this.#cuts.get(pair(a, b)) ?? 0) - this.scheduler.now) + travel;
  }

  /** Whether a single message between the two is lost. */
  loses(a: string, b: string): boolean {
    return this.isCut(a, b) || this.random.chance(this.profile.loss);
  }
}

const pair = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`);
