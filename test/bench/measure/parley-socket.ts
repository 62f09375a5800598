import { once } from 'node:events';
import { type ServerFrame, subprotocol } from '@parley/protocol';
import { WebSocket, type RawData } from 'ws';
import type { Account } from './parley-people.js';

/**
 * An authenticated socket that is live: it has said hello and is told every change from now on.
 * @param hello more of the first frame; with `sync: false` the socket is ready but told nothing
 */
export async function connectSocket(
  url: string,
  account: Account,
  hello: Readonly<Record<string, unknown>> = {},
): Promise<WebSocket> {
  const ready = hello['sync'] === false ? 'welcome' : 'caught_up';
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/socket`, subprotocol, {
    perMessageDeflate: false,
    headers: { Authorization: `Bearer ${account.accessToken}` },
  });
  await once(socket, 'open');
  const live = new Promise<void>((resolve, reject) => {
    const onClose = (code: number): void => reject(new Error(`closed with ${code} before it was live`));
    const listen = (data: RawData): void => {
      if (!framesOf(data).some(({ type }) => type === ready)) return;
      socket.off('message', listen).off('close', onClose);
      resolve();
    };
    socket.on('message', listen).on('close', onClose);
  });
  socket.send(JSON.stringify({ type: 'hello', ...hello }));
  await live;
  return socket;
}

export function framesOf(data: RawData): readonly ServerFrame[] {
  const parsed = JSON.parse((data as Buffer).toString()) as ServerFrame | ServerFrame[];
  return Array.isArray(parsed) ? parsed : [parsed];
}

export async function closeSocket(socket: WebSocket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}
