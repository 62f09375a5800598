import type { ClientFrame } from '@parley/protocol';
import { maxFramesPerMessage } from '../constants.js';
import type { Environment, SocketLike, Timer } from '../environment.js';

/** Characters of one WebSocket message, unless a single frame is longer: at most three times as many bytes. */
const maxCharacters = 16_384;
/** Above this many bytes that the network has not taken yet, frames wait here. */
const highWater = 1_048_576;
const congestedMs = 20;

/** Frames written in one turn leave together, in order, as few WebSocket messages. */
export class FrameWriter {
  readonly #socket: SocketLike;
  readonly #environment: Environment;
  #queue: string[] = [];
  #scheduled = false;
  #wait: Timer | undefined;
  #closed = false;
  /** When the last frame left. */
  lastSentAt: number;

  constructor(socket: SocketLike, environment: Environment) {
    this.#socket = socket;
    this.#environment = environment;
    this.lastSentAt = environment.elapsed();
  }

  write(frame: ClientFrame): void {
    this.#queue.push(JSON.stringify(frame));
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#environment.defer(() => this.#flush());
  }

  close(): void {
    this.#closed = true;
    this.#wait?.cancel();
  }

  #flush(): void {
    if (this.#closed) return;
    if (this.#socket.bufferedAmount > highWater) {
      this.#wait = this.#environment.setTimer(() => this.#flush(), congestedMs);
      return;
    }
    this.#scheduled = false;
    const frames = this.#queue;
    this.#queue = [];
    for (let start = 0; start < frames.length;) {
      const end = endOfMessage(frames, start);
      const [first = ''] = frames.slice(start, start + 1);
      this.#socket.send(end === start + 1 ? first : `[${frames.slice(start, end).join(',')}]`);
      start = end;
    }
    this.lastSentAt = this.#environment.elapsed();
  }
}

function endOfMessage(frames: readonly string[], start: number): number {
  let end = start + 1;
  let characters = frames[start]?.length ?? 0;
  while (end < frames.length && end - start < maxFramesPerMessage) {
    characters += (frames[end]?.length ?? 0) + 1;
    if (characters > maxCharacters) break;
    end++;
  }
  return end;
}
