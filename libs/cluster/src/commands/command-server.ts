import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '@parley/platform';
import type { CommandClient } from '@parley/ports';
import { WebSocketServer, type WebSocket } from 'ws';
import { Batches } from './batches.js';
import { CallerQuestions } from './caller-questions.js';
import {
  type AnswerFrame,
  type CallFrame,
  commandsPath,
  heartbeatMs,
  readCalls,
  rejectionOf,
  silenceMs,
} from './wire.js';

export interface CommandServerOptions {
  readonly commands: CommandClient;
  /** Whether the bearer token of a connection is one of this deployment's. */
  readonly admits: (token: string) => Promise<boolean>;
  readonly logger: Logger;
}

/** A batch of calls is bounded by what one tick of a gateway can say. */
const maxMessageBytes = 64 * 1_048_576;
/** How long those who call may take to go elsewhere once they were told to. */
const leavingMs = 2_000;

/**
 * Takes commands from the gateways. Calls of one connection are handed to the write side in the order in which they
 * came, answers leave as they are known. A caller that hears nothing gives its calls to another node, so each is decided
 * only while its caller is heard. Stopping: callers are told to go to another node, what they have called is
 * answered first.
 */
export class CommandServer {
  readonly #options: CommandServerOptions;
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxMessageBytes });
  readonly #callers = new Set<Caller>();
  #http: Pick<Server, 'on' | 'off'> | null = null;

  constructor(options: CommandServerOptions) {
    this.#options = options;
  }

  attach(http: Pick<Server, 'on' | 'off'>): void {
    this.#http = http;
    http.on('upgrade', this.#onUpgrade);
  }

  /** Resolves when every call was answered and every caller has gone. */
  async close(): Promise<void> {
    this.#http?.off('upgrade', this.#onUpgrade);
    await Promise.all([...this.#callers].map((caller) => caller.sendAway(leavingMs)));
    this.#server.close();
  }

  readonly #onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    stream.on('error', () => undefined);
    // Nobody else on this server upgrades: a connection that is left alone would stay open for ever.
    if (request.url !== commandsPath) return refuse(stream, '404 Not Found');
    const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
    void this.#options
      .admits(scheme === 'Bearer' ? token : '')
      .catch(() => false)
      .then((admitted) => {
        if (!admitted) refuse(stream, '401 Unauthorized');
        else this.#server.handleUpgrade(request, stream, head, (socket) => this.#welcome(socket));
        return admitted;
      });
  };

  #welcome(socket: WebSocket): void {
    const caller = new Caller(socket, this.#options);
    this.#callers.add(caller);
    socket.on('close', () => this.#callers.delete(caller));
  }
}

const refuse = (stream: Duplex, status: string): void =>
  void stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);

/** One connection of a gateway. */
class Caller {
  readonly #out: Batches<AnswerFrame>;
  readonly #questions: CallerQuestions;
  readonly #heartbeat: NodeJS.Timeout;
  #pending = 0;
  #answered: (() => void) | null = null;
  #heard = performance.now();

  constructor(
    private readonly socket: WebSocket,
    private readonly options: CommandServerOptions,
  ) {
    this.#out = new Batches(socket);
    this.#questions = new CallerQuestions((ask) => this.#out.push({ ask }));
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    socket.on('error', () => undefined).on('close', () => this.#closed());
    socket.on('message', (data) => this.#take((data as Buffer).toString('utf8')));
    this.#questions.ask();
  }

  async sendAway(withinMs: number): Promise<void> {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.#out.push({ leaving: true });
    const gone = new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    if (this.#pending > 0) await Promise.race([gone, new Promise<void>((resolve) => (this.#answered = resolve))]);
    this.#out.flush();
    // The other end closes when it has what it waits for.
    const late = setTimeout(() => this.socket.terminate(), withinMs);
    await gone;
    clearTimeout(late);
  }

  #take(text: string): void {
    this.#heard = performance.now();
    try {
      for (const frame of readCalls(text)) {
        if ('here' in frame) this.#questions.answered(frame.here);
        else void this.#execute(frame);
      }
    } catch (error) {
      this.options.logger.error({ err: error }, 'a gateway speaks another language: its connection is closed');
      this.socket.terminate();
    }
  }

  async #execute({ id, command, context }: CallFrame): Promise<void> {
    const caller = this.#questions;
    this.#pending++;
    try {
      this.#out.push({ id, result: await this.options.commands.execute(command, { ...context, caller }) });
    } catch (error) {
      this.#out.push({ id, rejected: rejectionOf(error) });
    } finally {
      if (--this.#pending === 0) this.#answered?.();
    }
  }

  #beat(): void {
    if (performance.now() - this.#heard > silenceMs) this.socket.terminate();
    else this.#questions.ask();
  }

  #closed(): void {
    clearInterval(this.#heartbeat);
    this.#questions.gone();
  }
}
