import { type ConversationEvent, conversationStream, decodeEvent, type MessageSent } from '@parley/events';
import { CommandRejected, EventLogUnavailable, type MessageAccepted } from '@parley/ports';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryEventLog } from '../testing/memory-event-log.js';
import { WriteSide } from '../testing/write-side.js';

const log = new MemoryEventLog();
let nodes: WriteSide[];
let people: string[];

beforeAll(async () => {
  nodes = await Promise.all([WriteSide.start(log), WriteSide.start(log)]);
  people = await (nodes[0] as WriteSide).register('ann', 'bob', 'cem');
});
afterAll(() => Promise.all(nodes.map((node) => node.stop())));

/** One call: by whom, on which node, and after how many turns of the event loop. */
const call = fc.record({
  node: fc.nat(1),
  actor: fc.nat(2),
  turns: fc.nat(3),
  what: fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: fc.constant('send' as const), id: fc.nat(11), text: fc.nat(5) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constantFrom('react' as const, 'unreact' as const),
        sequence: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('remove' as const, 'add' as const) }) },
  ),
});
/** What the log does with each append: how long it takes, and whether it fails before or after it took effect. */
const fate = fc.record({
  turns: fc.nat(4),
  fails: fc.oneof(
    { weight: 8, arbitrary: fc.constant('no' as const) },
    fc.constantFrom('before' as const, 'after' as const),
  ),
});

const pause = async (turns: number): Promise<void> => {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
};

type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

function perform({ node, actor, what }: Call, room: string): Promise<unknown> {
  const side = nodes[node] as WriteSide;
  const actorId = people[actor] as string;
  const [owner, , guest] = people as [string, string, string];
  switch (what.type) {
    case 'send':
      // Mostly the same text for an id, so that most repetitions are true ones.
      return side.send(actorId, room, `m${what.id}`, what.text === 0 ? 'something else' : `text ${what.id}`);
    case 'react':
    case 'unreact':
      return side.execute(actorId, { type: what.type, conversationId: room, sequence: what.sequence, emoji: '👍' });
    case 'remove':
      return side.execute(owner, { type: 'remove-member', conversationId: room, userId: guest });
    case 'add':
      return side.execute(owner, { type: 'add-members', conversationId: room, userIds: [guest] });
    default:
      return what satisfies never;
  }
}

async function play(
  behind: number,
  calls: readonly Call[],
  fates: readonly (typeof fate extends fc.Arbitrary<infer T> ? T : never)[],
): Promise<void> {
  const [owner, member, guest] = people as [string, string, string];
  const room = await (nodes[0] as WriteSide).group(owner, member, guest);
  for (const node of nodes) node.history.behind = behind;
  let append = 0;
  const fateOf = new Map<unknown, (typeof fates)[number] | undefined>();
  log.beforeAppend = async (request) => {
    const mine = fates[append++ % Math.max(1, fates.length)];
    fateOf.set(request, mine);
    await pause(mine?.turns ?? 0);
    if (mine?.fails === 'before') throw new EventLogUnavailable('before');
  };
  log.afterAppend = (request) => {
    if (fateOf.get(request)?.fails === 'after') throw new EventLogUnavailable('after');
  };
  const answers: PromiseSettledResult<unknown>[] = Array.from({ length: calls.length });
  const running: Promise<void>[] = [];
  const times: Span[] = [];
  let clock = 0;
  for (const [i, one] of calls.entries()) {
    await pause(one.turns);
    const settle = async (): Promise<void> => {
      const span = { from: clock++, to: Infinity };
      times.push(span);
      [answers[i] as unknown] = await Promise.allSettled([perform(one, room)]);
      span.to = clock++;
    };
    running.push(settle());
  }
  await Promise.all(running);
  log.beforeAppend = log.afterAppend = () => undefined;
  await check(
    calls,
    answers,
    times,
    room,
    fates.some(({ fails }) => fails !== 'no'),
  );
}

/** When a call began and was answered. */
interface Span {
  readonly from: number;
  to: number;
}

async function check(
  calls: readonly Call[],
  answers: readonly PromiseSettledResult<unknown>[],
  times: readonly Span[],
  room: string,
  outages: boolean,
): Promise<void> {
  const recorded = await log.readStream(conversationStream(room), { limit: 10_000 });
  const events = recorded.map((one) => decodeEvent(one).event as ConversationEvent);
  const sent = events.filter((event): event is MessageSent => event.type === 'MessageSent.v1').map(({ data }) => data);
  expect(sent.map(({ sequence }) => sequence)).toEqual(sent.map((_, i) => i + 1));
  const bySaid = new Map(sent.map((data) => [`${data.senderId} ${data.clientMessageId}`, data]));
  expect(bySaid.size).toBe(sent.length);

  const latest = new Map<string, number>();
  for (const [i, { node, actor, what }] of calls.entries()) {
    const answer = answers[i] as PromiseSettledResult<unknown>;
    if (answer.status === 'rejected') {
      expect(answer.reason).toBeInstanceOf(CommandRejected);
      const { code } = answer.reason as CommandRejected;
      expect([
        'idempotency_conflict',
        'conversation_not_found',
        'message_not_found',
        ...(outages ? ['log_unavailable'] : []),
      ]).toContain(code);
      if (code === 'conversation_not_found' && what.type === 'send') {
        const said = calls.some(
          (other, j) =>
            other.what.type === 'send' &&
            other.actor === actor &&
            other.what.id === what.id &&
            answers[j]?.status === 'fulfilled' &&
            (times[j]?.to ?? Infinity) < (times[i]?.from ?? 0),
        );
        expect(said, 'a repetition is answered, whatever the rules say now').toBe(false);
      }
      if (code === 'message_not_found' && 'sequence' in what && actor !== 2) {
        const isThere = answers.some(
          (other, j) =>
            calls[j]?.what.type === 'send' &&
            other.status === 'fulfilled' &&
            (other.value as MessageAccepted).sequence >= what.sequence &&
            (times[j]?.to ?? Infinity) < (times[i]?.from ?? 0),
        );
        expect(isThere, 'what was accepted before can be found').toBe(false);
      }
      if (code === 'idempotency_conflict' && what.type === 'send') {
        const text = what.text === 0 ? 'something else' : `text ${what.id}`;
        expect(bySaid.get(`${people[actor]} m${what.id}`)?.content).not.toEqual({ type: 'text.v1', text });
      }
    } else if (what.type === 'send') {
      const accepted = answer.value as MessageAccepted;
      const data = bySaid.get(`${people[actor]} m${what.id}`);
      expect(accepted).toMatchObject({ sequence: data?.sequence, messageId: data?.messageId });
      expect(data?.content).toEqual({ type: 'text.v1', text: what.text === 0 ? 'something else' : `text ${what.id}` });
      if (!accepted.repeated) {
        const key = `${node} ${actor}`;
        expect(accepted.sequence).toBeGreaterThan(latest.get(key) ?? 0);
        latest.set(key, accepted.sequence);
      }
    }
  }
  checkReactions(events);
}

/** Nobody reacts twice, or takes back what is not there; nobody who was removed says anything. */
function checkReactions(events: readonly ConversationEvent[]): void {
  const reacted = new Set<string>();
  const members = new Set(people);
  for (const { type, data } of events) {
    if (type === 'MemberRemoved.v1') expect(members.delete(data.userId)).toBe(true);
    if (type === 'MemberAdded.v1') expect(members.has(data.userId)).toBe(false);
    if (type === 'MemberAdded.v1') members.add(data.userId);
    if (type === 'MessageSent.v1') expect(members.has(data.senderId)).toBe(true);
    if (type !== 'ReactionAdded.v1' && type !== 'ReactionRemoved.v1') continue;
    const key = `${data.sequence} ${data.userId}`;
    expect(reacted.has(key)).toBe(type === 'ReactionRemoved.v1');
    if (type === 'ReactionAdded.v1') reacted.add(key);
    else reacted.delete(key);
  }
}

it(
  'two nodes on one log make one gapless order, one event an id, and consistent answers',
  { timeout: 60_000 },
  async () => {
    const calls = fc.array(call, { minLength: 1, maxLength: 60 });
    const property = fc.asyncProperty(fc.nat(12), calls, fc.array(fate, { maxLength: 12 }), play);
    const run = await fc.check(property, { numRuns: 300 });
    if (run.failed) throw new Error(fc.defaultReportMessage(run) ?? 'failed');
    expect(run.numRuns).toBe(300);
  },
);

const cast = (): readonly [WriteSide, WriteSide, string, string, string] => [
  ...(nodes as [WriteSide, WriteSide]),
  ...(people as [string, string, string]),
];

/** A group of three, known to both nodes, from which the first node then removes the guest; and their own room. */
async function removed(): Promise<{ room: string; own: string; last: number }> {
  const [here, there, owner, member, guest] = cast();
  for (const node of nodes) node.history.behind = 0;
  const room = await here.group(owner, member, guest);
  const own = await there.group(guest);
  await there.send(guest, room, 'known here');
  await here.execute(owner, { type: 'remove-member', conversationId: room, userId: guest });
  const { sequence } = await here.send(owner, room, 'not for the guest');
  return { room, own, last: sequence };
}

describe('one who was removed by another node', () => {
  it('sets nothing for that conversation on a node that has not heard of it', async () => {
    const [, there, , , guest] = cast();
    const { room } = await removed();
    const marked = await there.refusal(guest, { type: 'mark-unread', conversationId: room, marked: true });
    expect(marked).toBe('conversation_not_found');
  });

  it('moves no watermark there', async () => {
    const [, there, , , guest] = cast();
    const { room } = await removed();
    const moved = await there.refusal(guest, { type: 'advance-watermark', conversationId: room, read: 1 });
    expect(moved).toBe('conversation_not_found');
  });

  it('forwards nothing that was said afterwards', async () => {
    const [, there, , , guest] = cast();
    const { room, own, last } = await removed();
    const from = { conversationId: room, sequence: last };
    const command = { type: 'forward-message', conversationId: own, clientMessageId: 'f1', from } as const;
    expect(await there.refusal(guest, command)).toBe('message_not_found');
  });
});
