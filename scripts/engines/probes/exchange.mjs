import { connect } from 'node:net';

/**
 * One request and its answer over a connection of its own.
 * @param {(received: Buffer, send: (more: Buffer) => void) => T | undefined} read gets all bytes so far and may go on
 *   talking; undefined means "more is needed".
 * @returns {Promise<T>}
 * @throws Error on refusal, early end, or after `timeoutMs`.
 * @template T
 */
export function exchange(host, port, request, read, timeoutMs = 3_000) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    let received = Buffer.alloc(0);
    const finish = (settle, value) => {
      clearTimeout(timer);
      socket.destroy();
      settle(value);
    };
    const timer = setTimeout(
      () => finish(reject, new Error(`${host}:${port} gave no answer in ${timeoutMs} ms`)),
      timeoutMs,
    );
    socket.once('connect', () => socket.write(request));
    socket.once('error', (error) => finish(reject, error));
    socket.once('close', () => finish(reject, new Error(`${host}:${port} closed the connection`)));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      try {
        const answer = read(received, (more) => socket.write(more));
        if (answer !== undefined) finish(resolve, answer);
      } catch (error) {
        finish(reject, error);
      }
    });
  });
}
