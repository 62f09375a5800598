import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Network } from './network.js';

/** An echo behind a network. */
async function setUp() {
  const seen: Socket[] = [];
  const echo = createServer((socket) => {
    seen.push(socket);
    socket.on('error', () => undefined).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const network = await Network.before(`http://127.0.0.1:${(echo.address() as AddressInfo).port}`, () => 0);
  onTestFinished(() => {
    network.close();
    echo.close();
  });
  const device = connect(Number(new URL(network.url).port), '127.0.0.1').setNoDelay(true);
  let heard = '';
  device.on('data', (piece) => (heard += piece.toString()));
  return { network, device, seen, heard: () => heard };
}

it('passes on what comes, in order, however late', async () => {
  const { network, device, heard } = await setUp();
  network.lateness = { delayMs: 5, lossShare: 0.5, repeatMs: 10 };
  for (let n = 0; n < 10; n++) device.write(`${n}`);
  network.lateness = null;
  for (let n = 0; n < 10; n++) device.write(`${n}`);
  await vi.waitFor(() => expect(heard()).toBe('01234567890123456789'));
});

it('lets nothing through a silent connection, not even its end, and others through', async () => {
  const { network, device, seen, heard } = await setUp();
  device.write('before');
  await vi.waitFor(() => expect(heard()).toBe('before'));
  expect(network.silence()).toBe(1);
  device.write('after');
  device.destroy();
  const other = connect(Number(new URL(network.url).port), '127.0.0.1');
  other.write('hello');
  const [answer] = (await once(other, 'data')) as [Buffer];
  expect(answer.toString()).toBe('hello');
  expect(heard()).toBe('before');
  expect(seen[0]?.destroyed).toBe(false);
});
