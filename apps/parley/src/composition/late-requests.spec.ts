import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { Standstill } from '@parley/platform';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { dropLateRequests } from './late-requests.js';

let server: FastifyInstance;
let standstill: Standstill;
let done: string[];
beforeEach(async () => {
  done = [];
  standstill = new Standstill();
  server = Fastify();
  dropLateRequests(server, standstill);
  server.post('/:name', (request, reply) => {
    done.push((request.params as { name: string }).name);
    reply.send('done');
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  await server.close();
});

/** Asks on connections of its own, in a thread that goes on while this one stands still; then tells what was answered. */
const asking = `
const { parentPort, workerData: port } = require('node:worker_threads');
const { connect } = require('node:net');
const ask = (name) => \`POST /\${name} HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: 0\\r\\n\\r\\n\`;
const sockets = ['given-up', 'waiting'].map((name) => {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => {
    answer += data;
    if (name === 'waiting') parentPort.postMessage(answer);
  });
  socket.on('connect', () => parentPort.postMessage('connected'));
  return { name, socket };
});
parentPort.once('message', () => {
  for (const { name, socket } of sockets) socket.write(ask(name));
  sockets[0].socket.end();
});
`;

/** Nothing runs in this thread for so long. */
function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('drops what was asked by callers who gave up during a standstill, and answers the others', async () => {
  const worker = new Worker(asking, { eval: true, workerData: (server.server.address() as AddressInfo).port });
  const told: string[] = [];
  worker.on('message', (text: string) => told.push(text));
  await vi.waitFor(() => expect(told).toEqual(['connected', 'connected']));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage('ask');
  standStill(1_500);
  await vi.waitFor(() => expect(told.at(-1)).toContain('200 OK'));
  expect(done).toEqual(['waiting']);
  await worker.terminate();
});
