import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, ParleyError, problemOf, Standstill } from '@parley/platform';
import { subprotocol } from '@parley/protocol';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { TokenBucket } from '../limits/token-bucket.js';
import { SessionSocket } from '../session/session.js';
import type { Sessions } from '../session/sessions.js';
import { ClientAddress } from './client-address.js';
import { LateFrames } from './late-frames.js';
import { bearerToken, checkUpgrade } from './upgrade-check.js';

export const socketPath = '/v1/socket';

export interface SocketServerOptions {
  readonly maxFrameBytes: number;
  readonly allowedOrigins: readonly string[];
  readonly trustProxy: readonly string[];
  readonly acceptsPerSecond: number;
}

/** Fragments of one message and chunks waiting to be read: enough for honest senders. */
const maxFragments = 64;
const maxBufferedChunks = 4_096;
/** Beyond this many times the accept rate even the polite refusal is too dear. */
const politeRefusals = 4;
/** Whoever is turned away comes back within this time, each at a moment of their own. */
const retryWithinMs = 5_000;

/** The same functions for every socket, which they find as `this`: an idle socket stays small. */
interface SharedListeners {
  readonly message: (this: WebSocket, data: RawData, isBinary: boolean) => void;
  readonly close: (this: WebSocket, code: number) => void;
}

/** WebSockets on the HTTP server of the process: upgrade, checks, and raw sockets handed to their sessions. */
export class SocketServer {
  readonly #server: WebSocketServer;
  readonly #address: ClientAddress;
  readonly #accepts: TokenBucket;
  readonly #refusals: TokenBucket;
  readonly #listeners: SharedListeners;
  readonly #standstill = new Standstill();
  #http: Pick<Server, 'on' | 'off'> | null = null;
  #draining = false;

  constructor(
    private readonly options: SocketServerOptions,
    private readonly sessions: Pick<Sessions, 'begin' | 'received' | 'closed'>,
    private readonly clock: Clock,
    onClosed: (code: number) => void,
  ) {
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // Read by our own decoder, which tells the client what was wrong.
      skipUTF8Validation: true,
      maxPayload: options.maxFrameBytes,
      maxFragments,
      maxBufferedChunks,
      WebSocket: SessionSocket,
      handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
    });
    const frames = new LateFrames(this.#standstill, ({ session }, data, isBinary) => {
      if (session !== null) sessions.received(session, data, isBinary);
    });
    this.#listeners = {
      message(data, isBinary) {
        frames.take(this as SessionSocket, data as Buffer, isBinary);
      },
      close(code) {
        const { session } = this as SessionSocket;
        if (session !== null) sessions.closed(session);
        onClosed(code);
      },
    };
    const rate = options.acceptsPerSecond;
    this.#address = new ClientAddress(options.trustProxy);
    this.#accepts = new TokenBucket(rate, rate, clock.now());
    this.#refusals = new TokenBucket(rate * politeRefusals, rate * politeRefusals, clock.now());
  }

  attach(http: Pick<Server, 'on' | 'off'>): void {
    this.#http = http;
    http.on('upgrade', this.#onUpgrade);
  }

  detach(): void {
    this.#http?.off('upgrade', this.#onUpgrade);
    this.#server.close();
    this.#standstill.close();
  }

  /** From now on new sockets are refused. */
  refuseNew(): void {
    this.#draining = true;
  }

  readonly #onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    stream.on('error', ignore);
    const now = this.clock.now();
    try {
      if (request.url?.split('?')[0] !== socketPath) throw new ParleyError('route_not_found');
      const retryAfterMs = 1_000 + Math.random() * retryWithinMs;
      if (this.#draining) throw new ParleyError('shutting_down', { retryAfterMs });
      checkUpgrade(request, this.options);
      const isWelcome = this.#accepts.take(now) === 0;
      if (!isWelcome && this.#refusals.take(now) > 0) throw new ParleyError('rate_limited', { retryAfterMs });
      this.#accept(request, stream, head, isWelcome);
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      refuse(stream, error);
    }
  };

  #accept(request: IncomingMessage, stream: Duplex, head: Buffer, isWelcome: boolean): void {
    const address = this.#address.of(request);
    const token = bearerToken(request);
    this.#server.handleUpgrade(request, stream, head, (socket) => {
      stream.off('error', ignore);
      const session = this.sessions.begin(socket as SessionSocket, stream, address, isWelcome ? token : null);
      socket.on('message', this.#listeners.message).on('close', this.#listeners.close).on('error', ignore);
      if (!isWelcome) {
        const retryAfterMs = 1_000 + Math.random() * retryWithinMs;
        session.end('tryLater', new ParleyError('rate_limited', { retryAfterMs }));
      }
    });
  }
}

/** An error of a socket is always followed by its close. */
function ignore(): void {
  // Nothing to do.
}

/** Answers the upgrade request with a problem document and ends the connection. */
function refuse(stream: Duplex, error: ParleyError): void {
  const problem = problemOf(error);
  const body = JSON.stringify(problem);
  const retry = error.retryAfterMs === undefined ? [] : [`Retry-After: ${Math.ceil(error.retryAfterMs / 1000)}`];
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...retry,
  ];
  stream.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
