import { once } from 'node:events';
import { type ClientFrame, type ServerFrame, type ServerFrameOf, subprotocol } from '@parley/protocol';
import { WebSocket } from 'ws';
import { frameMistakes } from './conformance.js';

/** A socket as any WebSocket tool would hold it: it says and hears frames, and checks each against the documents. */
export class TestSocket {
  /** Every frame that came, in order. */
  readonly frames: ServerFrame[] = [];
  /** Frames that are not what the AsyncAPI document says. */
  readonly mistakes: string[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  private readonly watchers = new Set<() => void>();
  private nextRef = 1;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as ServerFrame | readonly ServerFrame[];
      for (const frame of Array.isArray(message) ? (message as ServerFrame[]) : [message as ServerFrame]) {
        this.frames.push(frame);
        this.mistakes.push(...frameMistakes(frame));
      }
      this.notify();
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString('utf8') };
      this.notify();
    });
    socket.on('error', () => undefined);
  }

  /** Opens; the token, if any, goes into the header. */
  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<TestSocket> {
    const socket = new WebSocket(url, [subprotocol], { headers });
    const opened = new TestSocket(socket);
    await Promise.race([once(socket, 'open'), once(socket, 'close')]);
    return opened;
  }

  /** Opens, says hello and waits to be welcome. */
  static async hello(url: string, token: string, more: Partial<ClientFrame> = {}): Promise<TestSocket> {
    const opened = await TestSocket.open(url);
    opened.say({ type: 'hello', token, sync: false, ...more });
    await opened.until(() => opened.find('welcome'));
    return opened;
  }

  say(...frames: readonly (ClientFrame | Readonly<Record<string, unknown>>)[]): void {
    this.sayText(JSON.stringify(frames.length === 1 ? frames[0] : frames));
  }

  sayText(text: string | Buffer): void {
    this.socket.send(text);
  }

  /** Says a frame with a new `ref` and answers the first frame that carries it back. */
  async request(frame: Readonly<Record<string, unknown>>): Promise<ServerFrame> {
    const ref = this.nextRef++;
    this.say({ ...frame, ref });
    return this.until(() => this.frames.find((answer) => 'ref' in answer && answer.ref === ref));
  }

  find<T extends ServerFrame['type']>(type: T): ServerFrameOf<T> | undefined {
    return this.frames.find((frame): frame is ServerFrameOf<T> => frame.type === type);
  }

  /** Waits until `look` finds something. @throws Error after `limitMs`, with the last frames */
  until<T>(look: () => T | null | undefined | false, limitMs = 10_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.watchers.delete(check);
      };
      const check = (): void => {
        const found = look();
        if (found === null || found === undefined || found === false) return;
        stop();
        resolve(found);
      };
      const timer = setTimeout(() => {
        stop();
        const heard = JSON.stringify(this.frames.slice(-5));
        reject(new Error(`waited ${limitMs} ms in vain; closed ${JSON.stringify(this.closed)}, heard last ${heard}`));
      }, limitMs);
      this.watchers.add(check);
      check();
    });
  }

  /** Waits until the server has closed the socket. */
  async untilClosed(): Promise<{ readonly code: number; readonly reason: string }> {
    return this.until(() => this.closed);
  }

  async close(): Promise<void> {
    if (this.closed !== null) return;
    this.socket.close();
    await this.untilClosed();
  }

  private notify(): void {
    for (const check of this.watchers) check();
  }
}
