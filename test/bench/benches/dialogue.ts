import type { RawData, WebSocket } from 'ws';
import type { Account } from '../measure/parley-people.js';
import { closeSocket, connectSocket, framesOf } from '../measure/parley-socket.js';
import { nowMicros } from '../measure/stamped-text.js';

/** Microseconds from sending. */
export interface Told {
  readonly acceptance: number;
  readonly delivery: number;
}

/** One who talks and one who listens, both connected: one message at a time. */
export class Dialogue {
  #messages = 0;
  #accepted: (() => void) | null = null;
  #delivered: ((text: string) => void) | null = null;
  #fail: (reason: Error) => void = () => {};

  private constructor(
    private readonly talker: WebSocket,
    private readonly listener: WebSocket,
    private readonly run: string,
  ) {
    talker.on('message', (data) => this.#onTalker(data));
    listener.on('message', (data) => this.#onListener(data));
    for (const socket of [talker, listener]) {
      socket.on('close', (code) => this.#fail(new Error(`closed with ${code} in the middle of a talk`)));
    }
  }

  static async open(url: string, talker: Account, listener: Account): Promise<Dialogue> {
    const sockets = await Promise.all([
      connectSocket(url, talker, { echo: false }),
      connectSocket(url, listener, { echo: false }),
    ]);
    return new Dialogue(...sockets, Math.random().toString(36).slice(2, 10));
  }

  /** Sends one message; resolves when it is accepted and has reached the listener. */
  say(conversationId: string): Promise<Told> {
    const number = ++this.#messages;
    const text = `${this.run} ${number} the quick brown fox jumps over the lazy dog while the clock strikes a quarter`;
    const began = nowMicros();
    return new Promise((resolve, reject) => {
      let acceptance: number | null = null;
      let delivery: number | null = null;
      const settle = (): void => {
        if (acceptance !== null && delivery !== null) resolve({ acceptance, delivery });
      };
      this.#fail = reject;
      this.#accepted = () => {
        acceptance = nowMicros() - began;
        settle();
      };
      this.#delivered = (told) => {
        if (told !== text) return reject(new Error(`heard ${told} instead of ${text}`));
        delivery = nowMicros() - began;
        settle();
      };
      const clientMessageId = `${this.run}${number}`;
      const content = { type: 'text.v1', text };
      this.talker.send(JSON.stringify({ type: 'send', ref: number, conversationId, clientMessageId, content }));
    });
  }

  async close(): Promise<void> {
    this.#fail = () => {};
    await Promise.all([closeSocket(this.talker), closeSocket(this.listener)]);
  }

  #onTalker(data: RawData): void {
    for (const frame of framesOf(data)) {
      if (frame.type === 'accepted') this.#accepted?.();
      else if (frame.type === 'error') this.#fail(new Error(JSON.stringify(frame)));
    }
  }

  #onListener(data: RawData): void {
    for (const frame of framesOf(data)) {
      if (frame.type !== 'changes') continue;
      for (const change of frame.changes) {
        if (change.kind === 'message' && change.message.content?.type === 'text.v1') {
          this.#delivered?.(change.message.content.text);
        }
      }
    }
  }
}
