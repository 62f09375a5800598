import type { Command, CommandContext, CommandResult } from '@parley/ports';
import { WebSocket } from 'ws';
import { Batches } from './batches.js';
import { asError, type CallFrame, commandsPath, heartbeatMs, type HereFrame, readAnswers, silenceMs } from './wire.js';

/** A call that waits for its answer. */
export interface PendingCall {
  /** What it belongs to: calls with the same key keep their order. */
  readonly key: string;
  readonly command: Command;
  readonly context: CommandContext;
  readonly resolve: (result: CommandResult) => void;
  readonly reject: (error: Error) => void;
  /** `performance.now()` at which it is given up. */
  readonly until: number;
}

/** A call at one node. */
interface PlacedCall extends PendingCall {
  /** The node is done with it, also when it had been given up. Not told at the end of the connection. */
  readonly done: () => void;
}

export interface CommandLinkOptions {
  /** Such as `http://10.0.0.7:7411`. */
  readonly address: string;
  readonly token: () => Promise<string>;
  /** How long connecting may take, ms. */
  readonly connectMs: number;
  /** It takes no more calls. `unanswered`: in the order of the calls; their fate is unknown. */
  readonly onEnd: (unanswered: readonly PendingCall[]) => void;
}

/**
 * One connection to a command-api node, from its making to its end; calls leave in their order. It ends when the node
 * leaves, breaks off or falls silent, and is never used again.
 */
export class CommandLink {
  readonly #options: CommandLinkOptions;
  readonly #pending = new Map<number, PlacedCall>();
  /** They have waited too long, but the node may decide them yet. */
  readonly #givenUp = new Map<number, PlacedCall>();
  /** Called before the connection stood. */
  #waiting: number[] = [];
  #socket: WebSocket | null = null;
  #out: Batches<CallFrame | HereFrame> | null = null;
  #heartbeat: NodeJS.Timeout | null = null;
  #heard = performance.now();
  #nextId = 0;
  #state: 'open' | 'leaving' | 'ended' = 'open';

  constructor(options: CommandLinkOptions) {
    this.#options = options;
    void this.#connect();
  }

  get takesCalls(): boolean {
    return this.#state === 'open';
  }

  get pending(): number {
    return this.#pending.size + this.#givenUp.size;
  }

  call(call: PlacedCall): void {
    const id = this.#nextId++;
    this.#pending.set(id, call);
    if (this.#out === null) this.#waiting.push(id);
    else this.#out.push({ id, command: call.command, context: call.context });
  }

  /** Those that wait longer than they may are given up; the others go on waiting. */
  expire(now: number, reason: () => Error): void {
    for (const [id, call] of this.#pending) {
      if (now < call.until) continue;
      this.#pending.delete(id);
      // What has not been sent is never decided.
      if (this.#out === null) call.done();
      else this.#givenUp.set(id, call);
      call.reject(reason());
    }
  }

  /** Takes no more calls; ends when those it has are answered. */
  leave(): void {
    if (this.#state === 'open') this.#state = 'leaving';
    if (this.#pending.size === 0) this.end();
  }

  end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#socket?.close();
    const socket = this.#socket;
    setTimeout(() => socket?.terminate(), heartbeatMs).unref();
    const unanswered = [...this.#pending.values()];
    this.#pending.clear();
    this.#givenUp.clear();
    this.#options.onEnd(unanswered);
  }

  async #connect(): Promise<void> {
    try {
      const token = await this.#options.token();
      if (this.#state === 'ended') return;
      const socket = new WebSocket(this.#options.address.replace(/^http/, 'ws') + commandsPath, {
        headers: { authorization: `Bearer ${token}` },
        handshakeTimeout: this.#options.connectMs,
        perMessageDeflate: false,
      });
      this.#socket = socket;
      socket.on('open', () => this.#opened(socket));
      socket.on('message', (data) => this.#take((data as Buffer).toString('utf8')));
      socket.on('error', () => this.end()).on('close', () => this.end());
    } catch {
      this.end();
    }
  }

  #opened(socket: WebSocket): void {
    this.#heard = performance.now();
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    this.#out = new Batches(socket);
    for (const id of this.#waiting) {
      const call = this.#pending.get(id);
      if (call !== undefined) this.#out.push({ id, command: call.command, context: call.context });
    }
    this.#waiting = [];
  }

  #take(text: string): void {
    // Others have what it has not answered: that it is heard no more is what keeps it from deciding them too.
    if (this.#state === 'ended') return;
    this.#heard = performance.now();
    try {
      for (const answer of readAnswers(text)) {
        if ('leaving' in answer) this.#state = 'leaving';
        else if ('ask' in answer) this.#out?.push({ here: answer.ask });
        else {
          const call = this.#answered(answer.id);
          if ('result' in answer) call?.resolve(answer.result);
          else call?.reject(asError(answer.rejected));
        }
      }
    } catch {
      this.end();
      return;
    }
    if (this.#state === 'leaving' && this.#pending.size === 0) this.end();
  }

  /** undefined: nobody waits for it any more. */
  #answered(id: number): PlacedCall | undefined {
    const call = this.#pending.get(id);
    (call ?? this.#givenUp.get(id))?.done();
    this.#pending.delete(id);
    this.#givenUp.delete(id);
    return call;
  }

  #beat(): void {
    if (performance.now() - this.#heard > silenceMs) this.end();
  }
}
