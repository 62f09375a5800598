import { type ConversationEvent, conversationStream, decodeEvent, type RecordedEvent } from '@parley/events';
import { EventLogUnavailable } from '@parley/ports';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WriteSide } from '../testing/write-side.js';

let side: WriteSide;
let ann: string;
let bob: string;
let room: string;

beforeEach(async () => {
  side = await WriteSide.start();
  [ann, bob] = (await side.register('ann', 'bob')) as [string, string];
  room = await side.group(ann, bob);
});
afterEach(() => side.stop());

const events = async (conversationId: string): Promise<readonly RecordedEvent[]> =>
  side.log.readStream(conversationStream(conversationId), { limit: 10_000 });
const messages = async (conversationId: string): Promise<ConversationEvent[]> =>
  (await events(conversationId))
    .map((recorded) => decodeEvent(recorded).event as ConversationEvent)
    .filter(({ type }) => type === 'MessageSent.v1');
const appendsTo = (conversationId: string): number =>
  side.log.appends.filter(({ stream }) => stream === conversationStream(conversationId)).length;

describe('sending', () => {
  it('numbers messages without gaps and answers place and time', async () => {
    const first = await side.send(ann, room, 'a1');
    const second = await side.send(bob, room, 'b1');
    expect([first.sequence, second.sequence]).toEqual([1, 2]);
    expect(second.position).toBeGreaterThan(first.position);
    expect(first).toMatchObject({ conversationId: room, repeated: false });
    expect(first.messageId).toMatch(/^msg_[0-9a-f]{32}$/);
  });

  it('appends at once when idle: in the tick of the call', async () => {
    await side.send(ann, room, 'warm');
    const before = appendsTo(room);
    const sending = side.send(ann, room, 'a1');
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(appendsTo(room)).toBe(before + 1);
    await sending;
  });

  it('sends what waits as one append, in the order of the calls', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => side.send(i % 2 ? ann : bob, room, `m${i}`)),
    );
    expect(answers.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(appendsTo(room)).toBeLessThanOrEqual(3);
  });

  it('makes one event of fifty identical sends at once, and answers all alike', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => side.send(ann, room, 'same')));
    expect(await messages(room)).toHaveLength(1);
    expect(new Set(answers.map(({ sequence, messageId }) => `${sequence} ${messageId}`)).size).toBe(1);
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
  });

  it('answers a repetition with the first place and time, however late', async () => {
    const first = await side.send(ann, room, 'a1', 'hello');
    for (let i = 0; i < 300; i++) await side.send(bob, room, `b${i}`);
    const again = await side.send(ann, room, 'a1', 'hello');
    expect(again).toMatchObject({ sequence: 1, messageId: first.messageId, time: first.time, repeated: true });
    expect(await messages(room)).toHaveLength(301);
  });

  it('refuses a repetition that says something else', async () => {
    await side.send(ann, room, 'a1', 'hello');
    await expect(side.send(ann, room, 'a1', 'bye')).rejects.toMatchObject({ code: 'idempotency_conflict' });
    const both = await Promise.allSettled([side.send(ann, room, 'a2', 'x'), side.send(ann, room, 'a2', 'y')]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await messages(room)).toHaveLength(2);
  });

  it('knows the same id of another sender or conversation as another message', async () => {
    const other = await side.group(ann, bob);
    const answers = await Promise.all([
      side.send(ann, room, 'x'),
      side.send(bob, room, 'x'),
      side.send(ann, other, 'x'),
    ]);
    expect(new Set(answers.map(({ messageId }) => messageId)).size).toBe(3);
  });

  it('answers a repetition even to somebody who may no longer send', async () => {
    const first = await side.send(bob, room, 'b1');
    await side.execute(ann, { type: 'remove-member', conversationId: room, userId: bob });
    expect(await side.send(bob, room, 'b1')).toMatchObject({ sequence: first.sequence, repeated: true });
    await expect(side.send(bob, room, 'b2')).rejects.toMatchObject({ code: 'conversation_not_found' });
  });

  it('lets a refused command spoil nothing for its neighbours', async () => {
    const [stranger] = (await side.register('stranger')) as [string];
    const answers = await Promise.allSettled([
      side.send(ann, room, 'a1'),
      side.send(stranger, room, 's1'),
      side.send(ann, room, 'a2', ''),
      side.send(bob, room, 'b1'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await messages(room)).toHaveLength(2);
  });

  it('splits what is too large for one append', async () => {
    const text = 'x'.repeat(16_000);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => side.send(ann, room, `m${i}`, text)));
    expect(answers.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    for (const { events } of side.log.appends) {
      expect(events.reduce((bytes, { data }) => bytes + Buffer.byteLength(data), 0)).toBeLessThan(1_048_576);
    }
  });

  it('refuses more than may wait as overloaded', async () => {
    await side.send(ann, room, 'warm');
    const answers = await Promise.allSettled(Array.from({ length: 4_200 }, (_, i) => side.send(ann, room, `m${i}`)));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.reason).toMatchObject({ code: 'overloaded' });
    expect(await messages(room)).toHaveLength(1 + 4_200 - refused.length);
  });
});

describe('when the log is away', () => {
  it('refuses everything that waits, and goes on exactly when it is back', async () => {
    await side.send(ann, room, 'a1');
    side.log.beforeAppend = () => {
      throw new EventLogUnavailable('away');
    };
    const answers = await Promise.allSettled([side.send(ann, room, 'a2'), side.send(bob, room, 'b1')]);
    expect(answers.map((answer) => (answer as PromiseRejectedResult).reason.code)).toEqual([
      'log_unavailable',
      'log_unavailable',
    ]);
    side.log.beforeAppend = () => undefined;
    expect(await side.send(ann, room, 'a2')).toMatchObject({ sequence: 2, repeated: false });
  });

  it('finds an append that was written but never answered', async () => {
    side.log.afterAppend = () => {
      throw new EventLogUnavailable('the answer is lost');
    };
    await expect(side.send(ann, room, 'a1')).rejects.toMatchObject({ code: 'log_unavailable' });
    side.log.afterAppend = () => undefined;
    expect(await side.send(ann, room, 'a1')).toMatchObject({ sequence: 1, repeated: true });
    expect(await side.send(ann, room, 'a2')).toMatchObject({ sequence: 2 });
    expect(await messages(room)).toHaveLength(2);
  });
});

describe('looked-up messages', () => {
  it('decides on the message as it is now, however far the projection is behind', async () => {
    await side.send(ann, room, 'a1', 'one');
    side.history.behind = 100;
    await side.execute(ann, {
      type: 'edit-message',
      conversationId: room,
      sequence: 1,
      content: { type: 'text.v1', text: 'two' },
    });
    await side.execute(bob, { type: 'react', conversationId: room, sequence: 1, emoji: '👍' });
    expect((await side.execute(bob, { type: 'react', conversationId: room, sequence: 1, emoji: '👍' })).position).toBe(
      0,
    );
    await side.execute(ann, { type: 'delete-message', conversationId: room, sequence: 1 });
    expect(await side.refusal(bob, { type: 'react', conversationId: room, sequence: 1, emoji: '👎' })).toBe(
      'message_deleted',
    );
    expect((await events(room)).map(({ type }) => type)).toEqual([
      'ConversationStarted.v1',
      'MessageSent.v1',
      'MessageEdited.v1',
      'ReactionAdded.v1',
      'MessageDeleted.v1',
    ]);
  });

  it('sees what was decided in the same round', async () => {
    await side.send(ann, room, 'a1');
    const react = { type: 'react', conversationId: room, sequence: 1, emoji: '👍' } as const;
    await Promise.all([side.execute(bob, react), side.execute(bob, react), side.execute(bob, react)]);
    expect((await events(room)).filter(({ type }) => type === 'ReactionAdded.v1')).toHaveLength(1);
  });

  it('keeps the order of one actor while others pass', async () => {
    await side.send(ann, room, 'a1');
    const gate = Promise.withResolvers<void>();
    side.history.beforeAnswer = () => gate.promise;
    const edit = side.execute(ann, {
      type: 'edit-message',
      conversationId: room,
      sequence: 1,
      content: { type: 'text.v1', text: 'edited' },
    });
    const after = side.send(ann, room, 'a2');
    expect(await side.send(bob, room, 'b1')).toMatchObject({ sequence: 2 });
    gate.resolve();
    await Promise.all([edit, after]);
    expect((await events(room)).slice(2).map(({ type }) => type)).toEqual([
      'MessageSent.v1',
      'MessageEdited.v1',
      'MessageSent.v1',
    ]);
  });

  it('refuses only those when the history is away', async () => {
    await side.send(ann, room, 'a1');
    side.history.beforeAnswer = () => new Promise(() => undefined);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const react = side.refusal(ann, { type: 'react', conversationId: room, sequence: 1, emoji: '👍' });
      expect(await side.send(bob, room, 'b1')).toMatchObject({ sequence: 2 });
      await vi.advanceTimersByTimeAsync(3_000);
      expect(await react).toBe('feature_unavailable');
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('two nodes at once', () => {
  it('decide again when the other was first, refusals too', async () => {
    const other = await WriteSide.start(side.log);
    try {
      await side.send(ann, room, 'a1');
      await other.send(ann, room, 'a2');
      expect(await side.send(bob, room, 'b1')).toMatchObject({ sequence: 3 });
      const [eve] = (await other.register('eve')) as [string];
      await other.execute(ann, { type: 'add-members', conversationId: room, userIds: [eve] });
      expect(await side.send(eve, room, 'e1')).toMatchObject({ sequence: 4 });
    } finally {
      await other.stop();
    }
  });

  it('give up with conflict when others are always first', async () => {
    const other = await WriteSide.start(side.log);
    let rival = 0;
    side.log.beforeAppend = async ({ events: [event] }) => {
      if (event?.data.includes('"mine"') === true) await other.send(bob, room, `rival${rival++}`);
    };
    expect(
      await side.refusal(ann, {
        type: 'send-message',
        conversationId: room,
        clientMessageId: 'mine',
        content: { type: 'text.v1', text: 'mine' },
      }),
    ).toBe('conflict');
    expect(rival).toBeGreaterThan(3);
    await other.stop();
  });

  it('answer a repetition that went to the other node', async () => {
    const other = await WriteSide.start(side.log);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? side : other).send(ann, room, 'same')),
    );
    expect(new Set(answers.map(({ sequence, messageId }) => `${sequence} ${messageId}`)).size).toBe(1);
    expect(await messages(room)).toHaveLength(1);
    await other.stop();
  });
});

describe('memory', () => {
  it('opens a long conversation from its snapshot', async () => {
    for (let i = 0; i < 6; i++) {
      await Promise.all(Array.from({ length: 250 }, (_, j) => side.send(ann, room, `m${i}.${j}`)));
    }
    const fresh = await WriteSide.start(side.log);
    const reads: number[] = [];
    const readStream = side.log.readStream.bind(side.log);
    vi.spyOn(side.log, 'readStream').mockImplementation(async (stream, options) => {
      const page = await readStream(stream, options);
      if (stream === conversationStream(room)) reads.push(page.length);
      return page;
    });
    expect(await fresh.send(ann, room, 'next')).toMatchObject({ sequence: 1_501 });
    expect(Math.max(...reads)).toBeLessThanOrEqual(500);
    await fresh.stop();
  });

  it('knows a repetition that is older than all it remembers, even from somebody who was removed', async () => {
    const first = await side.send(bob, room, 'b1');
    await Promise.all(Array.from({ length: 600 }, (_, i) => side.send(ann, room, `m${i}`)));
    await side.execute(ann, { type: 'remove-member', conversationId: room, userId: bob });
    const fresh = await WriteSide.start(side.log);
    expect(await fresh.send(bob, room, 'b1')).toMatchObject({ sequence: 1, time: first.time, repeated: true });
    await expect(fresh.send(bob, room, 'b1', 'else')).rejects.toMatchObject({ code: 'idempotency_conflict' });
    await fresh.stop();
  });

  it('keeps no more conversations than it may, and loses nothing by it', async () => {
    const small = await WriteSide.start(side.log, { 'conversations-cached': '16' });
    const rooms = await Promise.all(Array.from({ length: 60 }, () => small.group(ann, bob)));
    for (const one of rooms) await small.send(ann, one, 'first');
    for (const one of rooms) expect(await small.send(bob, one, 'second')).toMatchObject({ sequence: 2 });
    await small.stop();
  });
});

it('stops after answering what it accepted, and refuses what comes later', async () => {
  const node = await WriteSide.start(side.log);
  const elsewhere = await node.group(ann);
  const gate = Promise.withResolvers<void>();
  side.log.beforeAppend = ({ stream }) => (stream === conversationStream(room) ? gate.promise : undefined);
  const accepted = Promise.all([node.send(ann, room, 'a1'), node.send(bob, room, 'b1')]);
  const stopping = node.stop();
  const rename = { type: 'rename-conversation', conversationId: elsewhere, title: 'later' } as const;
  await vi.waitFor(async () => expect(await node.refusal(ann, rename)).toBe('shutting_down'));
  gate.resolve();
  expect((await accepted).map(({ sequence }) => sequence)).toEqual([1, 2]);
  await stopping;
});

it('decides what one person asks in the order of the calls, look-ups or not', async () => {
  const [cem] = (await side.register('cem')) as [string];
  const mention = {
    type: 'send-message',
    conversationId: room,
    clientMessageId: 'a1',
    content: { type: 'text.v1', text: 'welcome' },
    mentions: [cem],
  } as const;
  const answers = await Promise.all([
    side.execute(ann, { type: 'add-members', conversationId: room, userIds: [cem] }),
    side.execute(ann, mention),
  ]);
  expect(answers[1]).toMatchObject({ sequence: 1 });
});
