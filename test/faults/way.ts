import type { Socket } from 'node:net';

/** One way of a connection: what is late holds back what comes after it, as in TCP. */
export class Way {
  readonly #waiting: { readonly at: number; readonly piece: Buffer | null }[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly to: Socket) {}

  send(piece: Buffer, lateMs: number): void {
    this.#put(piece, lateMs);
  }

  /** Hangs up, after everything that was sent. */
  end(lateMs: number): void {
    this.#put(null, lateMs);
  }

  #put(piece: Buffer | null, lateMs: number): void {
    if (lateMs === 0 && this.#waiting.length === 0) {
      this.#pass(piece);
      return;
    }
    const at = Math.max(performance.now() + lateMs, this.#waiting.at(-1)?.at ?? 0);
    this.#waiting.push({ at, piece });
    this.#schedule();
  }

  #schedule(): void {
    const [first] = this.#waiting;
    if (first === undefined || this.#timer !== null) return;
    this.#timer = setTimeout(() => this.#due(), Math.max(0, first.at - performance.now()));
  }

  #due(): void {
    this.#timer = null;
    for (let first = this.#waiting[0]; first !== undefined && first.at <= performance.now(); first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#pass(first.piece);
    }
    this.#schedule();
  }

  #pass(piece: Buffer | null): void {
    if (this.to.destroyed) return;
    if (piece === null) this.to.destroy();
    else this.to.write(piece);
  }
}
