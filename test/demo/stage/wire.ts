import type { Environment } from '@parley/client';
import { WebSocket } from 'ws';

type Socket = InstanceType<Environment['WebSocket']>;
type Listener = (event: never) => void;

/** Hears every message that reaches a socket, before the client does. */
export type WireTap = (text: string) => void;

/** A WebSocket for the client, that can be listened in on and cut. */
class Wire implements Socket {
  readonly #socket: WebSocket;
  readonly #listeners = new Map<string, Listener[]>();

  constructor(url: string, protocols: string[] | undefined, tap: WireTap) {
    const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
    this.#socket = socket;
    socket.on('open', () => this.#tell('open', {}));
    socket.on('message', (bytes: Buffer) => {
      const data = bytes.toString();
      tap(data);
      this.#tell('message', { data });
    });
    socket.on('close', (code, reason) => this.#tell('close', { code, reason: reason.toString() }));
    socket.on('error', () => this.#tell('error', {}));
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(data: string): void {
    this.#socket.send(data);
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #tell(type: string, event: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) (listener as (event: unknown) => void)(event);
  }
}

/** The sockets of one device. */
export class Wires {
  readonly WebSocket: Environment['WebSocket'];
  #last: Wire | null = null;

  constructor(tap: WireTap) {
    const keep = (wire: Wire): void => {
      this.#last = wire;
    };
    this.WebSocket = class extends Wire {
      constructor(url: string, protocols?: string[]) {
        super(url, protocols, tap);
        keep(this);
      }
    };
  }

  /** Ends the present connection without a word, as a lost network does. */
  cut(): void {
    this.#last?.terminate();
  }
}

const messageName = /"conversationId":"([^"]+)","sequence":(\d+)/g;

/** Names every message in frames of changes as they came over the wire, known to the client or not. */
export function namesInChanges(text: string, each: (conversationId: string, sequence: number) => void): void {
  // Quotation marks inside of strings are escaped, so that no message text can look like a field.
  if (!text.startsWith('{"type":"changes"') && !(text.startsWith('[') && text.includes('"type":"changes"'))) return;
  for (const [, conversationId = '', sequence] of text.matchAll(messageName)) each(conversationId, Number(sequence));
}
