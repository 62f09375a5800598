import type { ClientFrame, ServerFrame } from '@parley/protocol';
import { expect, it } from 'vitest';
import type { SocketConstructor } from '../environment.js';
import { memoryStore } from '../storage/key-value-store.js';
import { Simulation } from '../testing/simulation.js';
import { startHeartbeat } from './heartbeat.js';
import { Outbox } from './outbox.js';
import { OutboxStore } from './outbox-store.js';
import { Requests } from './requests.js';

const hour = 3_600_000;
const noSocket = class {} as unknown as SocketConstructor;

it('sends what had to wait in time, though the clock is set back an hour meanwhile', async () => {
  const world = new Simulation(1);
  const environment = world.environment(noSocket);
  const sent: ClientFrame[] = [];
  const line = { isUp: true, write: (frame: ClientFrame) => void sent.push(frame), noteIdle: () => undefined };
  const requests = new Requests(line, environment, { answerTimeoutMs: 15_000, commandTimeoutMs: 60_000 });
  const store = new OutboxStore(memoryStore(), environment, () => undefined);
  const outbox = new Outbox(
    requests,
    environment,
    store,
    { pipeline: 1, maxPending: 10 },
    {
      isUp: () => true,
      onPending: () => undefined,
      onSent: () => undefined,
      onAccepted: () => undefined,
      onFailed: () => undefined,
    },
  );
  const content = { type: 'text.v1', text: 'a' } as const;
  outbox.send({ conversationId: 'cnv_1', clientMessageId: 'a', content }).catch(() => undefined);
  const ref = (sent[0] as { ref: number }).ref;
  const refusal = { type: 'error', ref, code: 'overloaded', number: 429, message: '', retryable: true };
  requests.answer({ ...refusal, retryAfterMs: 1_000 } as ServerFrame);
  await world.pass(10);
  world.clockOffset = -hour;
  await world.pass(5_000);
  expect(sent).toHaveLength(2);
});

it('finds a dead socket in time, though the clock was set back an hour', async () => {
  const world = new Simulation(1);
  const environment = world.environment(noSocket);
  const began = environment.elapsed();
  let dead = 0;
  const end = startHeartbeat(1_000, environment, {
    lastSentAt: () => environment.elapsed(),
    lastReceivedAt: () => began,
    ping: () => undefined,
    dead: () => dead++,
  });
  world.clockOffset = -hour;
  await world.pass(3_000);
  end();
  expect(dead).toBe(1);
});
