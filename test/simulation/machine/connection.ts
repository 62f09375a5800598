import type { Incarnation } from '../engine/incarnation.js';
import type { Network } from './network.js';

/** One end of a connection: a process on a machine. */
export interface ConnectionEnd {
  readonly machine: string;
  readonly actor: Incarnation;
  receive(bytes: Buffer): void;
  /** The other side sends nothing more. */
  ended(): void;
  /** Broken: nothing more is received, and what was sent may not have arrived. */
  broken(): void;
}

/** A process that dies is noticed soon as a rule; when its whole machine is gone, only once that is back. */
const noticedLate = { probability: 0.3, milliseconds: [2_000, 15_000] } as const;

/** Bytes between two processes, in order, as TCP carries them. What is on the way when it breaks may be lost. */
export class Connection {
  readonly #network: Network;
  readonly #ends: readonly [ConnectionEnd, ConnectionEnd];
  readonly #arrivals = [0, 0];
  #over = false;

  constructor(network: Network, ends: readonly [ConnectionEnd, ConnectionEnd]) {
    this.#network = network;
    this.#ends = ends;
    for (const side of [0, 1] as const) ends[side].actor.onEnd(() => this.#died(side));
  }

  get over(): boolean {
    return this.#over;
  }

  /** `side`: of the sender. */
  send(side: 0 | 1, bytes: Buffer): void {
    if (this.#ends[side].actor.alive) this.#arrive(side, (to) => to.receive(bytes));
  }

  /** Nothing more comes from this side. */
  end(side: 0 | 1): void {
    if (this.#ends[side].actor.alive) this.#arrive(side, (to) => to.ended());
  }

  /** One side gives it up, or the network does (both learn of it). */
  break(side?: 0 | 1): void {
    if (this.#over) return;
    this.#over = true;
    for (const told of [0, 1] as const) if (told !== side) this.#tell(told, this.#delay());
  }

  #died(side: 0 | 1): void {
    if (this.#over) return;
    const { random } = this.#network;
    const late = random.chance(noticedLate.probability) ? random.between(...noticedLate.milliseconds) : 0;
    const tell = (): void => {
      this.#over = true;
      this.#tell(side === 0 ? 1 : 0, this.#delay() + late);
    };
    // What the process had handed to its machine still arrives, or nothing does.
    if (random.chance(0.5)) tell();
    else this.#network.scheduler.after(late + this.#delay(), null, tell);
  }

  #delay(): number {
    return this.#network.delay(this.#ends[0].machine, this.#ends[1].machine);
  }

  #tell(side: 0 | 1, ms: number): void {
    const end = this.#ends[side];
    this.#network.scheduler.after(ms, end.actor, () => end.broken());
  }

  #arrive(side: 0 | 1, take: (to: ConnectionEnd) => void): void {
    const { scheduler } = this.#network;
    const to = this.#ends[side === 0 ? 1 : 0];
    const at = Math.max(this.#arrivals[side] ?? 0, scheduler.now + this.#delay());
    this.#arrivals[side] = at;
    scheduler.at(at, to.actor, () => {
      if (!this.#over) take(to);
    });
  }
}
