import type { MessagePort, Transferable, Worker } from 'node:worker_threads';

/** postMessage between threads. What is in `transfer` moves there and is gone here. */
export function post(to: MessagePort | Worker, message: unknown, transfer: readonly Transferable[] = []): void {
  to.postMessage(message, transfer);
}
