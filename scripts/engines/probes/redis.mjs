import { exchange } from './exchange.mjs';

/** PING; false while Redis still loads its data. */
export async function redisAnswers(host, port) {
  const line = await exchange(host, port, 'PING\r\n', (bytes) =>
    bytes.includes('\r\n') ? bytes.toString() : undefined,
  );
  return line.startsWith('+PONG');
}
