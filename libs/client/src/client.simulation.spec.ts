import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParleyClient } from './client.js';
import type { RecordEntry } from './recorder.js';
import { memoryStore } from './storage/key-value-store.js';
import { type Device, received, Scene } from './testing/scene.js';

const rooms = ['cnv_aaaa', 'cnv_bbbb'];
const people = ['usr_ann_', 'usr_ben_', 'usr_cyd_'];
const runs = Number(process.env['PARLEY_CLIENT_RUNS'] ?? 60);

interface Trouble {
  readonly echo: boolean;
  /** What the server leaves out can be fetched only by members: faults of the one kind or the other. */
  readonly omit: boolean;
  readonly pipeline: number;
  /** Longest time from acceptance to push: longer than a hole is let be, too. */
  readonly projectDelayMs: number;
  /** How long frames wait for others to leave with. */
  readonly gatherMs: number;
  readonly messages: number;
  readonly window: number;
}

/** Closes the client while it hands something over, and starts another one on its store. */
function restartAtTimes(scene: Scene, device: Device): void {
  const { client } = device;
  const maybe = (): void => restartPerhaps(scene, device, client);
  client.on('message', maybe);
  client.on('outbox', maybe);
  client.on('conversation', maybe);
}

const closing = new WeakSet<ParleyClient>();

function restartPerhaps(scene: Scene, device: Device, client: ParleyClient): void {
  if (closing.has(client) || !scene.simulation.chance(scene.restarts)) return;
  closing.add(client);
  void restart(scene, device, client);
}

async function restart(scene: Scene, device: Device, client: ParleyClient): Promise<void> {
  await client.close();
  device.reopen();
  restartAtTimes(scene, device);
  device.client.connect().catch(() => {});
}

/** Everybody talks, edits, reads, is removed and added while connections break and the server restarts. */
async function trouble(scene: Scene, devices: readonly Device[], steps: number): Promise<void> {
  const { simulation, server, log } = scene;
  for (let step = 0; step < steps; step++) {
    const device = simulation.pick(devices);
    const room = simulation.pick(rooms);
    const said = log.conversations.get(room)?.messages.length ?? 0;
    const dice = simulation.below(100);
    if (dice < 50) {
      const mentions = simulation.chance(0.3) ? [simulation.pick(people)] : [];
      const { client } = device;
      client.send(room, `${device.userId} says ${step}`, { mentions }).then(
        () => restartPerhaps(scene, device, client),
        () => {},
      );
    } else if (dice < 60) {
      const mentions = simulation.chance(0.3) ? [simulation.pick(people)] : [];
      log.change(room, 1 + simulation.below(said + 1), (m) => ({ ...m, mentions, editedAt: `${step}` }));
    } else if (dice < 65) log.rename(room, `title ${step}`);
    else if (dice < 72) device.client.markRead(room);
    else if (dice < 76) {
      if (server.faults.omit === 0) log.remove(room, device.userId);
    } else if (dice < 82) log.join(room, device.userId);
    else if (dice < 90) device.sockets.at(-1)?.cut();
    else if (dice < 92) device.sockets.at(-1)?.freeze();
    else if (dice < 94) server.restart(simulation.pick([1006, 1012, 4000, 4003]));
    server.project();
    await simulation.pass(simulation.below(200));
  }
}

/** The world is kind again, and what was lost without a trace shows by what is said next. */
async function peace(scene: Scene, devices: readonly Device[]): Promise<void> {
  const { simulation, server, log } = scene;
  Object.assign(server.faults, { refuse: 0, omit: 0, duplicate: 0 });
  scene.restarts = 0;
  for (const room of rooms) for (const { userId } of devices) log.join(room, userId);
  await simulation.until(
    () => devices.every(({ client }) => client.outgoing().every(({ status }) => status === 'failed')),
    900_000,
    'empty outboxes',
  );
  for (const room of rooms)
    for (const { userId } of devices) {
      const content = { type: 'text.v1', text: 'the end' } as const;
      log.send(userId, { type: 'send', ref: 0, conversationId: room, clientMessageId: `end-${userId}`, content });
    }
  await scene.projected();
  const upToDate = ({ client }: Device): boolean =>
    client.connection.phase === 'live' &&
    rooms.every((room) => client.window(room).at(-1)?.sequence === log.conversations.get(room)?.messages.length);
  await simulation.until(() => devices.every(upToDate), 900_000, 'every device up to date');
  await simulation.pass(60_000);
}

function expectEqualToServer({ log }: Scene, { client, userId, ledger }: Device, window: number, echo: boolean): void {
  expect(client.conversations().map(({ id }) => id)).toHaveLength(rooms.length);
  for (const room of rooms) {
    const item = client.conversation(room);
    const truth = log.entry(room, userId);
    expect(item?.conversation?.title).toBe(truth.conversation.title);
    expect(item?.lastMessage).toEqual(truth.lastMessage);
    expect({ unread: item?.unread, mentions: item?.mentions }).toEqual({
      unread: truth.readState.unread,
      mentions: truth.readState.mentions,
    });
    const held = client.window(room);
    expect(held.length).toBeLessThanOrEqual(window);
    const visible = log.visible(room, userId).map(({ message }) => message);
    expect(held).toEqual(held.length === 0 ? [] : visible.slice(-held.length));
    const sequences = received(ledger, room);
    // Without echo only the answer may tell of an own message: it was accepted when one had been removed meanwhile.
    const told = echo ? [] : accepted(ledger, room).map(({ sequence }) => sequence);
    const due = visible.map(({ sequence }) => sequence);
    expect(sequences).toEqual(due.filter((sequence) => sequences.includes(sequence) || !told.includes(sequence)));
  }
}

const accepted = (ledger: readonly RecordEntry[], room: string) =>
  ledger.filter((entry) => entry.event === 'accepted').filter(({ conversationId }) => conversationId === room);

async function run(
  seed: number,
  { echo, omit, pipeline, projectDelayMs, gatherMs, messages, window }: Trouble,
): Promise<void> {
  const scene = new Scene(seed);
  for (const room of rooms) scene.log.start(room, people);
  await scene.projected();
  Object.assign(scene.server.faults, {
    refuse: pipeline === 1 ? 0.05 : 0,
    duplicate: 0.1,
    omit: omit ? 0.05 : 0,
    acceptDelayMs: 300,
    projectDelayMs,
    latencyMs: 40,
    gatherMs,
  });
  const options = { echo, pipeline, limits: { messages: window }, answerTimeoutMs: 2000 };
  const devices: Device[] = [];
  for (const userId of [...people, people[0] ?? ''])
    devices.push(await scene.connected(userId, { ...options, store: memoryStore() }));
  scene.restarts = 0.1;
  for (const device of devices) restartAtTimes(scene, device);
  await trouble(scene, devices, messages);
  await peace(scene, devices);
  for (const device of devices) expectEqualToServer(scene, device, window, echo);
  // Answers to several at once may come in any order.
  expectSentOnce(scene, devices, pipeline === 1);
  await Promise.all(devices.map(({ client }) => client.close()));
}

/**
 * What was accepted is in the log once, under the sequence that was told. `inOrder`: what one wrote is in the order of
 * writing, too.
 */
function expectSentOnce({ log }: Scene, devices: readonly Device[], inOrder: boolean): void {
  for (const { ledger, userId } of devices)
    for (const room of rooms) {
      const messages = log.conversations.get(room)?.messages ?? [];
      const answers = accepted(ledger, room);
      for (const { clientMessageId, sequence } of answers) {
        const found = messages.filter((m) => m.clientMessageId === clientMessageId && m.senderId === userId);
        expect(found.map((m) => m.sequence)).toEqual([sequence]);
      }
      const sequences = answers.map(({ sequence }) => sequence);
      if (inOrder) expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    }
}

describe('devices in trouble', () => {
  it('lose nothing, double nothing, keep the order, and end like the server', async () => {
    expect.hasAssertions();
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.record({
          echo: fc.boolean(),
          omit: fc.boolean(),
          pipeline: fc.constantFrom(1, 64),
          projectDelayMs: fc.constantFrom(150, 2_000),
          gatherMs: fc.constantFrom(0, 100),
          messages: fc.integer({ min: 5, max: 80 }),
          window: fc.integer({ min: 1, max: 40 }),
        }),
        run,
      ),
      { numRuns: runs },
    );
  }, 120_000);
});
