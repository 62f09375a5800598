import type { WebSocket } from 'ws';

/** Sends what one tick has to say as one message. */
export class Batches<Frame> {
  #frames: Frame[] = [];

  constructor(private readonly socket: Pick<WebSocket, 'send' | 'readyState' | 'OPEN'>) {}

  push(frame: Frame): void {
    if (this.#frames.push(frame) === 1) setImmediate(() => this.flush());
  }

  flush(): void {
    const frames = this.#frames;
    this.#frames = [];
    if (frames.length > 0 && this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(frames));
  }
}
