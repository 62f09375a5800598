import { setImmediate } from 'node:timers/promises';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { asRpcError } from './errors.js';
import type { RpcError } from './errors.js';

/** Thrown to leave a handler whose client has gone. */
class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** A stream of answers with back-pressure: nothing is queued beyond what the connection takes. */
export class Outgoing<Request> {
  readonly #call: ServerWritableStream<Request, Buffer>;
  readonly #wakers = new Set<() => void>();
  #open = true;

  constructor(call: ServerWritableStream<Request, Buffer>) {
    this.#call = call;
    const close = (): void => {
      this.#open = false;
      for (const wake of this.#wakers) wake();
    };
    call.on('cancelled', close);
    call.on('close', close);
  }

  get open(): boolean {
    return this.#open && !this.#call.cancelled;
  }

  /**
   * Resolves when the connection takes more.
   * @param giveUp asked now and then while it does not, with the ms that have passed: an error ends the waiting
   * @throws ClientGone
   */
  async send(message: Buffer, giveUp?: (blockedMs: number) => RpcError | null): Promise<void> {
    if (!this.open) throw new ClientGone();
    if (this.#call.write(message)) return;
    const since = Date.now();
    while (this.#call.writableNeedDrain) {
      await this.#drainOr(100);
      if (!this.open) throw new ClientGone();
      const error = giveUp?.(Date.now() - since) ?? null;
      if (error !== null && this.#call.writableNeedDrain) throw error;
    }
  }

  /** Lets the other calls have their turn: for work that sends nothing for long. @throws ClientGone */
  async giveWay(): Promise<void> {
    await setImmediate();
    if (!this.open) throw new ClientGone();
  }

  /** Resolves when `event` has called back or the client has gone. @throws ClientGone */
  async until(event: (wake: () => void) => () => void): Promise<void> {
    if (!this.open) throw new ClientGone();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#wakers.delete(done);
        forget();
        resolve();
      };
      const forget = event(done);
      this.#wakers.add(done);
    });
    if (!this.open) throw new ClientGone();
  }

  end(): void {
    if (this.open) this.#call.end();
  }

  fail(error: unknown): void {
    if (error instanceof ClientGone || !this.open) return;
    this.#call.emit('error', asRpcError(error));
  }

  async #drainOr(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wakers.delete(done);
        this.#call.off('drain', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wakers.add(done);
      this.#call.once('drain', done);
    });
  }
}
