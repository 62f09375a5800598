import type { IncomingMessage } from 'node:http';

export interface GoneSignal {
  readonly signal: AbortSignal;
  /** To be called when the answer is given. */
  readonly release: () => void;
}

/** Aborts when the one who asks has gone, or the server is to stop: nothing waits any longer for its answer. */
export function goneSignal(request: IncomingMessage, stopping: AbortSignal): GoneSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  request.socket.once('close', abort);
  stopping.addEventListener('abort', abort);
  if (stopping.aborted || request.socket.destroyed) abort();
  return {
    signal: controller.signal,
    release: () => {
      request.socket.off('close', abort);
      stopping.removeEventListener('abort', abort);
    },
  };
}
