import { Duplex } from 'node:stream';
import type { Incarnation } from '../engine/incarnation.js';
import type { Connection } from './connection.js';

/** The server's end of a connection, as its HTTP server hands it over. */
export class ServerStream extends Duplex {
  readonly remoteAddress: string;
  readonly #actor: Incarnation;
  #connection: Connection | null = null;

  constructor(actor: Incarnation, remoteAddress: string) {
    super();
    this.#actor = actor;
    this.remoteAddress = remoteAddress;
  }

  over(connection: Connection): this {
    this.#connection = connection;
    return this;
  }

  override _read(): void {
    // What arrives is pushed as it comes.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (!this.#actor.step()) return;
    this.#connection?.send(1, chunk);
    done();
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.#actor.step()) return;
    this.#connection?.end(1);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#actor.alive) this.#connection?.break(1);
    done(error);
  }
}
