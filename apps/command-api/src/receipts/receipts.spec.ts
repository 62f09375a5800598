import { decodeEvent, type ReceiptEvent, receiptsStream } from '@parley/events';
import type { CommandResult } from '@parley/ports';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WriteSide } from '../testing/write-side.js';

let side: WriteSide;
let people: string[];
let room: string;

beforeEach(async () => {
  side = await WriteSide.start();
  people = await side.register(...Array.from({ length: 30 }, (_, i) => `p${i}`));
  room = await side.group(people[0] ?? '', ...people.slice(1));
  for (let i = 0; i < 5; i++) await side.send(people[0] ?? '', room, `m${i}`);
});
afterEach(async () => {
  vi.useRealTimers();
  await side.stop();
});

const read = (userId: string, upTo: number, device?: string): Promise<CommandResult> =>
  side.execute(userId, { type: 'advance-watermark', conversationId: room, read: upTo }, device);
const written = async (): Promise<ReceiptEvent[]> =>
  (await side.log.readStream(receiptsStream(room))).map((recorded) => decodeEvent(recorded).event as ReceiptEvent);

it('writes the first at once', async () => {
  const { position } = await read(people[1] ?? '', 2);
  expect(position).toBeGreaterThan(0);
  expect((await written())[0]?.data.advances).toEqual([
    { userId: people[1], deviceId: `dev_${people[1]}`, delivered: 2, read: 2 },
  ]);
});

it('gathers those of all members into one event, at most four a second', async () => {
  const started = performance.now();
  const answers: Promise<unknown>[] = [];
  for (let round = 1; round <= 5; round++) {
    for (const userId of people) answers.push(read(userId, round));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(answers);
  const appends = side.log.appends.filter(({ stream }) => stream === receiptsStream(room)).length;
  expect(appends).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - started) / 250));
  expect((await written()).at(-1)?.data.advances).toHaveLength(30);
});

it('gathers what has only arrived for longer, until somebody has read', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const written: string[] = [];
  const delivered = async (name: string, userId: string | undefined, upTo: number): Promise<void> => {
    await side.execute(userId ?? '', { type: 'advance-watermark', conversationId: room, delivered: upTo });
    written.push(name);
  };
  // 30 members: 600 ms.
  await delivered('first', people[1], 1);
  const second = delivered('second', people[2], 1);
  await vi.advanceTimersByTimeAsync(590);
  expect(written).toEqual(['first']);
  await vi.advanceTimersByTimeAsync(20);
  await second;

  const third = delivered('third', people[3], 1);
  const fourth = read(people[4] ?? '', 1).then(() => written.push('fourth'));
  await vi.advanceTimersByTimeAsync(200);
  expect(written).toEqual(['first', 'second']);
  await vi.advanceTimersByTimeAsync(60);
  await Promise.all([third, fourth]);
});

it('never lets a watermark fall, and has nothing to do for one that stands', async () => {
  await read(people[1] ?? '', 4);
  expect(await read(people[1] ?? '', 3)).toEqual({ position: 0 });
  await read(people[1] ?? '', 1, 'dev_other');
  expect((await written()).flatMap(({ data }) => data.advances).map(({ read: upTo }) => upTo)).toEqual([4, 1]);
});

it('refuses strangers and what is past the end, without holding up others', async () => {
  const [stranger] = (await side.register('stranger')) as [string];
  const answers = await Promise.allSettled([read(stranger, 1), read(people[1] ?? '', 6), read(people[2] ?? '', 5)]);
  expect(answers.map((answer) => (answer.status === 'rejected' ? answer.reason.code : 'ok'))).toEqual([
    'conversation_not_found',
    'watermark_past_end',
    'ok',
  ]);
});

it('refuses the waiting one of somebody who was removed meanwhile', async () => {
  await read(people[1] ?? '', 1);
  const waiting = read(people[2] ?? '', 1);
  waiting.catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  await side.execute(people[0] ?? '', { type: 'remove-member', conversationId: room, userId: people[2] ?? '' });
  await expect(waiting).rejects.toMatchObject({ code: 'conversation_not_found' });
});

it('knows of messages that another node wrote', async () => {
  const other = await WriteSide.start(side.log);
  await other.send(people[0] ?? '', room, 'from there');
  expect((await read(people[1] ?? '', 6)).position).toBeGreaterThan(0);
  await other.stop();
});

it('writes what waits when it stops', async () => {
  const node = await WriteSide.start(side.log);
  const advance = (userId: string): Promise<CommandResult> =>
    node.execute(userId, { type: 'advance-watermark', conversationId: room, read: 5 });
  await advance(people[1] ?? '');
  const waiting = Promise.all([advance(people[2] ?? ''), advance(people[3] ?? '')]);
  await new Promise((resolve) => setImmediate(resolve));
  await vi.waitFor(() => node.stop());
  expect((await waiting).every(({ position }) => position > 0)).toBe(true);
});
