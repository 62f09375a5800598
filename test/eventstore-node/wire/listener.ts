import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { constants } from 'node:http2';
import type { Http2Server, Http2Session, ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:net';
import type { AddressInfo, Server as SocketServer, Socket } from 'node:net';
import { ServerCredentials } from '@grpc/grpc-js';
import type { Server } from '@grpc/grpc-js';

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** What a client may send ahead, in bytes: on one call and on the whole connection. The product's defaults. */
const CALL_WINDOW = 768 * 1024;
const CONNECTION_WINDOW = 1024 * 1024;

/** Calls that are about to end by themselves get this long; what is still being sent then breaks. */
const GRACE_MS = 100;

/** A client that has not taken the last it was told by then is cut off. */
const CLOSE_WITHIN_MS = 1_000;

/**
 * The sockets of a node. It owns them, so that a node can end in both ways a process can: by telling its clients, and
 * without a word.
 */
export class Listener {
  readonly #server: Server;
  readonly #listener: SocketServer;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<Http2Session>();
  readonly #calls = new Set<ServerHttp2Stream>();

  constructor(server: Server, tls: TlsFiles | undefined) {
    this.#server = server;
    const injector = server.createConnectionInjector(credentials(tls));
    // grpc-js shows its sessions to nobody, and can end calls only by statuses, which wait for slow readers.
    const servers = server['http2Servers'] as ReadonlyMap<Http2Server, unknown>;
    for (const http2 of servers.keys()) {
      http2.on('session', (session) => this.#track(session));
      http2.on('sessionError', () => undefined);
    }
    this.#listener = createServer((socket) => {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      injector.injectConnection(socket);
    });
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  /** @throws Error when the port is taken */
  async listen(port: number, host: string): Promise<void> {
    this.#listener.listen(port, host);
    await once(this.#listener, 'listening');
  }

  /** Cancels every open call, as the product does when it is stopped. */
  async close(): Promise<void> {
    const closed = this.#closeListener();
    for (const call of this.#calls) call.close(constants.NGHTTP2_CANCEL);
    for (const session of this.#sessions) session.close();
    const timers = [
      setTimeout(() => this.#eachSocket((socket) => socket.destroySoon()), GRACE_MS),
      setTimeout(() => this.#eachSocket((socket) => socket.destroy()), CLOSE_WITHIN_MS),
    ];
    await closed;
    for (const timer of timers) clearTimeout(timer);
    this.#server.forceShutdown();
  }

  /** Resets every connection. */
  async crash(): Promise<void> {
    const closed = this.#closeListener();
    this.#eachSocket((socket) => socket.resetAndDestroy());
    this.#server.forceShutdown();
    await closed;
  }

  #track(session: Http2Session): void {
    this.#sessions.add(session);
    session.on('close', () => this.#sessions.delete(session));
    session.settings({ initialWindowSize: CALL_WINDOW });
    session.setLocalWindowSize(CONNECTION_WINDOW);
    session.on('stream', (call: ServerHttp2Stream, headers) => {
      // Under an append that is still being sent the connection just breaks.
      if (headers[':path']?.endsWith('/Append') === true) return;
      this.#calls.add(call);
      call.on('close', () => this.#calls.delete(call));
    });
  }

  /** Resolves when the last connection is gone. */
  async #closeListener(): Promise<void> {
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    await closed;
  }

  #eachSocket(action: (socket: Socket) => void): void {
    for (const socket of this.#sockets) action(socket);
  }
}

function credentials(tls: TlsFiles | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { cert_chain: readFileSync(tls.certFile), private_key: readFileSync(tls.keyFile) };
  return ServerCredentials.createSsl(null, [pair]);
}
