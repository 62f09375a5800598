import { expect, it } from 'vitest';
import { Incarnation } from '../engine/incarnation.js';
import { Random } from '../engine/random.js';
import { Scheduler } from '../engine/scheduler.js';
import { Trace } from '../engine/trace.js';
import { Connection, type ConnectionEnd } from './connection.js';
import { Network } from './network.js';

const messages = 1_000;

it('hands over what was sent in the order in which it was sent, however late some of it is', async () => {
  const scheduler = new Scheduler(new Trace());
  const random = new Random(1);
  const network = new Network(scheduler, random, { latency: [0.1, 40], straggler: 0.05, loss: 0, duplicate: 0 });
  const received: number[] = [];
  const end = (machine: string): ConnectionEnd => ({
    machine,
    actor: new Incarnation(machine, 1),
    receive: (bytes) => received.push(bytes.readUInt32BE()),
    ended: () => undefined,
    broken: () => undefined,
  });
  const connection = new Connection(network, [end('one'), end('other')]);
  for (let i = 0, at = 0; i < messages; i++) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(i);
    at += random.between(0.1, 2);
    scheduler.after(at, null, () => connection.send(0, bytes));
  }
  const sent = Array.from({ length: messages }, (_, i) => i);
  await scheduler.run(() => false);
  expect(received).toEqual(sent);
});
