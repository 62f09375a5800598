import { everythingRead, type Standstill } from '@parley/platform';
import type { SessionSocket } from '../session/session.js';

interface LateFrame {
  readonly socket: SessionSocket;
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/**
 * Passes frames on in the order in which they came. Those that are read right after this process stood still wait until
 * all that lies behind them has been read: a device that went elsewhere meanwhile has ended its socket, has said the same
 * there and perhaps something newer after it, so what that socket had said is dropped.
 */
export class LateFrames {
  #held: LateFrame[] = [];

  constructor(
    private readonly standstill: Pick<Standstill, 'hasJustEnded'>,
    private readonly pass: (socket: SessionSocket, data: Buffer, isBinary: boolean) => void,
  ) {}

  take(socket: SessionSocket, data: Buffer, isBinary: boolean): void {
    if (this.#held.length === 0 && !this.standstill.hasJustEnded()) {
      this.pass(socket, data, isBinary);
      return;
    }
    this.#held.push({ socket, data, isBinary });
    if (this.#held.length === 1) void everythingRead().then(() => this.#passHeld());
  }

  #passHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const { socket, data, isBinary } of held) {
      if (socket.readyState === socket.OPEN) this.pass(socket, data, isBinary);
    }
  }
}
