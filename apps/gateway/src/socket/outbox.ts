import type { Duplex } from 'node:stream';
import { maxFramesPerMessage } from '@parley/protocol';
import { textFrame } from './text-frame.js';

/** A frame for many sockets: encoded at most once, when the first of them sends it. */
export class SharedFrame {
  #bytes: Buffer | null = null;
  constructor(readonly json: string) {}

  get bytes(): Buffer {
    return (this.#bytes ??= textFrame(this.json));
  }
}

/**
 * What the sockets of this process have to say in this tick. Each socket's frames of one tick leave together: its own
 * ones as one WebSocket message (an array), shared ones as they are, all in one write.
 */
export class FlushQueue {
  #waiting: Outbox[] = [];

  constructor(private readonly onFlush: (frames: number) => void = () => undefined) {}

  /** The outbox is flushed at the end of this tick. */
  add(outbox: Outbox): void {
    if (this.#waiting.push(outbox) === 1) setImmediate(this.flush);
  }

  readonly flush = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    let frames = 0;
    for (const outbox of waiting) frames += outbox.flush();
    this.onFlush(frames);
  };
}

export interface OutboxOwner {
  /** The socket does not read: it gets nothing more. */
  slowReader(): void;
}

/**
 * Outgoing frames of one socket, bounded: with more than the limit unsent, the next frame is not written and the
 * socket is given up as a slow reader. One frame alone never exceeds the limit, however large: shared frames cost no
 * memory of their own, and pages are only made when the former has left.
 */
export class Outbox {
  #frames: (string | SharedFrame)[] = [];
  #open = true;

  constructor(
    private readonly stream: Duplex,
    private readonly queue: FlushQueue,
    /** Bytes unsent at which a socket counts as a slow reader. */
    private readonly limitBytes: number,
    private readonly owner: OutboxOwner,
  ) {}

  /** Bytes that the other side has not taken yet. */
  get unsent(): number {
    return this.stream.writableLength;
  }

  get open(): boolean {
    return this.#open;
  }

  push(frame: string | SharedFrame): void {
    if (!this.#open) return;
    if (this.unsent > this.limitBytes) {
      this.#open = false;
      this.owner.slowReader();
      return;
    }
    if (this.#frames.push(frame) === 1) this.queue.add(this);
  }

  /** Writes what is waiting; answers how many frames that were. */
  flush(): number {
    const frames = this.#frames;
    if (frames.length === 0) return 0;
    this.#frames = [];
    if (!this.stream.writable) return 0;
    if (frames.length === 1) {
      const [only] = frames;
      this.stream.write(only instanceof SharedFrame ? only.bytes : textFrame(only ?? ''));
      return 1;
    }
    this.stream.cork();
    for (const message of messagesOf(frames)) this.stream.write(message);
    this.stream.uncork();
    return frames.length;
  }

  /** Resolves when nearly all that was written before has left for the kernel, or when the socket is gone. */
  flushed(): Promise<void> {
    if (this.#frames.length > 0) this.flush();
    const { stream } = this;
    if (!this.#open || !stream.writableNeedDrain || stream.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = (): void => {
        stream.off('drain', settle).off('close', settle);
        resolve();
      };
      stream.on('drain', settle).on('close', settle);
    });
  }

  /** Writes what is left and takes nothing more. */
  close(): void {
    this.flush();
    this.#open = false;
  }
}

/** Runs of own frames are joined to arrays; shared frames go as they are. Order is kept. */
function messagesOf(frames: readonly (string | SharedFrame)[]): Buffer[] {
  const messages: Buffer[] = [];
  let run: string[] = [];
  const endRun = (): void => {
    if (run.length === 1) messages.push(textFrame(run[0] ?? ''));
    else if (run.length > 1) messages.push(textFrame(`[${run.join(',')}]`));
    run = [];
  };
  for (const frame of frames) {
    if (frame instanceof SharedFrame) {
      endRun();
      messages.push(frame.bytes);
    } else if (run.push(frame) === maxFramesPerMessage) endRun();
  }
  endRun();
  return messages;
}
