import type { ServerFrameOf } from '@parley/protocol';
import { TestSocket } from '../../kit/socket.js';
import type { Outcome } from './features.js';

type Accepted = ServerFrameOf<'accepted'>;

/** A socket that says one thing at a time and opens anew when it was lost. */
export class TalkingSocket {
  #socket: TestSocket | null = null;

  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly limitMs: number,
  ) {}

  /** @throws Error without an answer */
  async send(conversationId: string, clientMessageId: string, text: string): Promise<Outcome | Accepted> {
    const socket = (this.#socket ??= await TestSocket.open(this.url));
    try {
      if (socket.find('welcome') === undefined) {
        socket.say({ type: 'hello', token: this.token, sync: false });
        const refused = await this.#answer(socket, () => socket.find('welcome') ?? socket.find('error'));
        if (refused.type === 'error') return this.#again(refused);
      }
      const ref = socket.frames.length + 1;
      const content = { type: 'text.v1', text };
      socket.say({ type: 'send', ref, conversationId, clientMessageId, content });
      const answer = await this.#answer(socket, () =>
        socket.frames.find(
          (frame): frame is Accepted | ServerFrameOf<'error'> =>
            (frame.type === 'accepted' || frame.type === 'error') && frame.ref === ref,
        ),
      );
      const [mistake] = socket.mistakes;
      if (mistake !== undefined) return { kind: 'failed', reason: mistake };
      return answer.type === 'accepted' ? answer : refusalOf(answer);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    void socket?.close().catch(() => undefined);
  }

  #again(refused: ServerFrameOf<'error'>): Outcome {
    this.close();
    return refusalOf(refused);
  }

  async #answer<T>(socket: TestSocket, find: () => T | undefined): Promise<T> {
    const found = await socket.until(() => find() ?? (socket.closed === null ? undefined : 'closed'), this.limitMs);
    if (found === 'closed') throw new Error(`closed with ${socket.closed?.code ?? 0}`);
    return found;
  }
}

function refusalOf({ code, retryable, retryAfterMs }: ServerFrameOf<'error'>): Outcome {
  if (retryable && retryAfterMs !== undefined) return { kind: 'refused', code };
  return { kind: 'failed', reason: retryable ? `${code} without retryAfterMs` : code };
}
