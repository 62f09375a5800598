// A TCP proxy that can misbehave on demand: the network between an engine and its clients, in the hands of a test.
import { connect, createServer } from 'node:net';

/** Bytes held back for one direction of one connection before its sender is made to wait. */
const HELD_BYTES = 4 * 1024 * 1024;

/** One direction of one connection: what arrives is passed on when it is due, in order. */
class Direction {
  #source;
  #target;
  #queue = [];
  #bytes = 0;
  #timer;
  #holding = false;

  constructor(source, target, delayMs) {
    this.#source = source;
    this.#target = target;
    this.delayMs = delayMs;
    source.on('data', (chunk) => this.#arrive(chunk, chunk.length));
    source.on('end', () => this.#arrive(undefined, 0));
    target.on('drain', () => this.#pump());
    this.#pump();
  }

  /** While held nothing is passed on and nothing more is read: neither side learns anything of the other. */
  hold(holding) {
    this.#holding = holding;
    this.#pump();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#queue = [];
  }

  #arrive(chunk, length) {
    this.#queue.push({ due: performance.now() + this.delayMs, chunk, length });
    this.#bytes += length;
    this.#pump();
  }

  #pump() {
    clearTimeout(this.#timer);
    while (this.#queue.length > 0 && !this.#holding && !this.#target.writableNeedDrain) {
      const { due, chunk, length } = this.#queue[0];
      const early = due - performance.now();
      if (early > 0) {
        this.#timer = setTimeout(() => this.#pump(), Math.ceil(early));
        break;
      }
      this.#queue.shift();
      this.#bytes -= length;
      if (chunk === undefined) this.#target.end();
      else this.#target.write(chunk);
    }
    if (this.#holding || this.#bytes >= HELD_BYTES) this.#source.pause();
    else this.#source.resume();
  }
}

/** A client's connection and the one to the engine that belongs to it. */
class Pair {
  #client;
  #server;
  #directions = [];

  constructor(client, onEnd) {
    this.#client = client;
    this.onEnd = onEnd;
    client.setNoDelay(true);
    client.on('error', () => this.end());
    client.on('close', () => this.end());
  }

  open(target, delayMs) {
    if (this.#server !== undefined || this.#client.destroyed) return;
    const server = connect({ ...target, noDelay: true, allowHalfOpen: true });
    this.#server = server;
    server.on('error', () => this.end());
    this.#directions = [new Direction(this.#client, server, 0), new Direction(server, this.#client, delayMs)];
  }

  /** Answers are late by so much; requests are not. */
  delay(delayMs) {
    if (this.#directions[1] !== undefined) this.#directions[1].delayMs = delayMs;
  }

  hold(holding) {
    for (const direction of this.#directions) direction.hold(holding);
  }

  end() {
    for (const direction of this.#directions) direction.stop();
    this.#server?.destroy();
    this.#client.destroy();
    this.onEnd(this);
  }
}

/**
 * Listens on one address and passes connections on to another.
 *
 * `pass` hands on everything, answers late by `delayMs`. `cut` closes the connections there are and refuses new ones.
 * `hold` is a black hole: connections stay, or are even accepted, and nothing ever passes, until `pass` lets what was
 * under way go on.
 */
export class TcpProxy {
  #listen;
  #target;
  #server;
  #pairs = new Set();
  #mode = 'pass';
  #delayMs = 0;

  /** @param {{ host: string, port: number }} listen @param {{ host: string, port: number }} target */
  constructor(listen, target) {
    this.#listen = listen;
    this.#target = target;
  }

  async open() {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => this.#accept(client));
    await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ ...this.#listen, exclusive: true }, resolve);
    });
    this.#server = server;
  }

  /** @param {{ mode: 'pass' | 'cut' | 'hold', delayMs?: number }} behaviour */
  async behave({ mode, delayMs = 0 }) {
    this.#mode = mode;
    this.#delayMs = delayMs;
    if (mode === 'cut') return this.close();
    if (this.#server === undefined) await this.open();
    for (const pair of this.#pairs) {
      if (mode === 'pass') pair.open(this.#target, delayMs);
      pair.delay(delayMs);
      pair.hold(mode === 'hold');
    }
  }

  get state() {
    return { mode: this.#mode, delayMs: this.#delayMs, connections: this.#pairs.size };
  }

  async close() {
    const server = this.#server;
    this.#server = undefined;
    const closed = server === undefined ? undefined : new Promise((resolve) => server.close(resolve));
    for (const pair of this.#pairs) pair.end();
    await closed;
  }

  #accept(client) {
    const pair = new Pair(client, (ended) => this.#pairs.delete(ended));
    this.#pairs.add(pair);
    if (this.#mode === 'pass') pair.open(this.#target, this.#delayMs);
  }
}
