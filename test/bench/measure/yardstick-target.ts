import { once } from 'node:events';
import { WebSocket, type RawData } from 'ws';
import type { ClientMessage, Hello, RelayFrame } from '../yardstick/frames.js';
import type { OpenTarget, Talker, Target } from './talker.js';

/** The durable relay as a target. @param options `{ port }`, the relay's port on 127.0.0.1 */
export const openTarget: OpenTarget = (options) => {
  const { port } = options as { port: number };
  const connect = (name: string, groups: readonly string[], to: ClientMessage['to']): Promise<Talker> =>
    connectTalker(`ws://127.0.0.1:${port}`, { hello: name, groups }, to);
  const target: Target = {
    connectPair: (index) => {
      const [one, other] = [`pair-${index}-a`, `pair-${index}-b`];
      return Promise.all([connect(one, [], { peer: other }), connect(other, [], { peer: one })]);
    },
    connectGroup: (size) =>
      Promise.all(Array.from({ length: size }, (_, n) => connect(`member-${n}`, ['group'], { group: 'group' }))),
  };
  return Promise.resolve(target);
};

async function connectTalker(url: string, hello: Hello, to: ClientMessage['to']): Promise<Talker> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  const welcome = once(socket, 'message');
  socket.send(JSON.stringify(hello));
  await welcome;
  return new YardstickTalker(socket, to);
}

class YardstickTalker implements Talker {
  readonly #socket: WebSocket;
  readonly #to: ClientMessage['to'];
  readonly #unsettled = new Map<number, (refusal: string | null) => void>();
  #queued: ClientMessage[] = [];
  #lastId = 0;
  #receive: (text: string) => void = () => {};

  constructor(socket: WebSocket, to: ClientMessage['to']) {
    this.#socket = socket;
    this.#to = to;
    socket.on('message', (data) => this.#onFrame(data));
  }

  send(text: string, settled: (refusal: string | null) => void): void {
    this.#lastId += 1;
    this.#unsettled.set(this.#lastId, settled);
    if (this.#queued.length === 0) queueMicrotask(() => this.#flush());
    this.#queued.push({ id: this.#lastId, to: this.#to, text });
  }

  onMessage(receive: (text: string) => void): void {
    this.#receive = receive;
  }

  onLost(report: (reason: string) => void): void {
    this.#socket.once('close', (code) => report(`closed with ${code}`));
    this.#socket.on('error', (error) => report(error.message));
  }

  async close(): Promise<void> {
    this.#socket.removeAllListeners('close');
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #flush(): void {
    this.#socket.send(JSON.stringify({ messages: this.#queued }));
    this.#queued = [];
  }

  #onFrame(data: RawData): void {
    const { acks, messages } = JSON.parse((data as Buffer).toString()) as RelayFrame;
    for (const id of acks) {
      this.#unsettled.get(id)?.(null);
      this.#unsettled.delete(id);
    }
    for (const { text } of messages) this.#receive(text);
  }
}
