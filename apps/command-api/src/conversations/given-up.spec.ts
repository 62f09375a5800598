import { type ConversationEvent, conversationStream, decodeEvent } from '@parley/events';
import { type Command, type CommandCaller, CommandRejected } from '@parley/ports';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MemoryEventLog } from '../testing/memory-event-log.js';
import { WriteSide } from '../testing/write-side.js';

/** A gateway as a node knows it: answers what it is asked until it gives the node up. */
class Gateway implements CommandCaller {
  #isGone = false;
  #answeredAt = -Infinity;
  asked = 0;

  isHeard(since: number): boolean {
    return this.#answeredAt > since;
  }

  async hear(): Promise<void> {
    this.asked++;
    const askedAt = performance.now();
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#isGone) throw new CommandRejected('shutting_down');
    this.#answeredAt = askedAt;
  }

  /** What it has said before is not taken back: it may lie in a buffer. */
  giveUp(): void {
    this.#isGone = true;
  }
}

const log = new MemoryEventLog();
let first: WriteSide;
let second: WriteSide;
let ann: string;
let bob: string;
let cem: string;
let room: string;
/** Of the first node. */
let gateway: Gateway;

beforeAll(async () => {
  [first, second] = [await WriteSide.start(log), await WriteSide.start(log)];
  [ann, bob, cem] = (await first.register('ann', 'bob', 'cem')) as [string, string, string];
});
afterAll(() => Promise.all([first.stop(), second.stop()]));
beforeEach(async () => {
  gateway = new Gateway();
  room = await first.group(ann, bob, cem);
  await first.send(ann, room, 'm1', 'v0');
});

const edit = (text: string): Command => ({
  type: 'edit-message',
  conversationId: room,
  sequence: 1,
  content: { type: 'text.v1', text },
});
const remove = (): Command => ({ type: 'remove-member', conversationId: room, userId: bob });
const add = (): Command => ({ type: 'add-members', conversationId: room, userIds: [bob] });
function commandOf(what: string): Command {
  if (what === 'add') return add();
  return what === 'remove' ? remove() : edit(what);
}
const atFirst = (command: Command): Promise<unknown> => first.execute(ann, command, 'dev_ann', gateway);

/** How the first node ends with each command: `done`, or the code of its refusal. */
const outcomes = (answers: readonly Promise<unknown>[]): Promise<string[]> =>
  Promise.all(
    answers.map((answer) =>
      answer.then(
        () => 'done',
        ({ code }: CommandRejected) => code,
      ),
    ),
  );

/** Stops the first node at its next append, or (with nothing decided yet) at its next reading. */
function standstill(at: 'append' | 'read'): { readonly reached: Promise<void>; wake(): void } {
  const reached = Promise.withResolvers<void>();
  const woken = Promise.withResolvers<void>();
  const stop = (): Promise<void> => {
    log.beforeAppend = log.beforeRead = () => undefined;
    reached.resolve();
    return woken.promise;
  };
  if (at === 'append') log.beforeAppend = stop;
  else log.beforeRead = stop;
  return { reached: reached.promise, wake: () => woken.resolve() };
}

const events = async (): Promise<readonly ConversationEvent[]> =>
  (await log.readStream(conversationStream(room), { limit: 10_000 })).map(
    (one) => decodeEvent(one).event as ConversationEvent,
  );

/** What stands there in the end. */
async function ending(): Promise<{ readonly text: string; readonly isMember: boolean }> {
  let text = 'v0';
  let isMember = true;
  for (const { type, data } of await events()) {
    if (type === 'MessageEdited.v1' && data.content.type === 'text.v1') text = data.content.text;
    if ((type === 'MemberRemoved.v1' || type === 'MemberLeft.v1') && data.userId === bob) isMember = false;
    if (type === 'MemberAdded.v1' && data.userId === bob) isMember = true;
  }
  return { text, isMember };
}

describe('a node that was given up while it stood still', () => {
  it('does not write an old text over a newer one', async () => {
    const still = standstill('append');
    const answers = [atFirst(edit('v1'))];
    await still.reached;
    gateway.giveUp();
    for (const text of ['v1', 'v2']) await second.execute(ann, edit(text));
    still.wake();
    expect(await outcomes(answers)).toEqual(['shutting_down']);
    expect(await ending()).toMatchObject({ text: 'v2' });
  });

  it('does not remove again who was added since', async () => {
    const still = standstill('append');
    const answers = [atFirst(remove())];
    await still.reached;
    gateway.giveUp();
    for (const command of [remove(), add()]) await second.execute(ann, command);
    still.wake();
    expect(await outcomes(answers)).toEqual(['shutting_down']);
    expect(await ending()).toMatchObject({ isMember: true });
  });

  it('decides nothing that it finds only when it wakes up', async () => {
    gateway.giveUp();
    for (const command of [remove(), add()]) await second.execute(ann, command);
    expect(await outcomes([atFirst(remove()), atFirst(edit('v1'))])).toEqual(['shutting_down', 'shutting_down']);
    expect(await ending()).toEqual({ text: 'v0', isMember: true });
  });

  it('goes on for those who still wait, and for callers in its own process', async () => {
    const other = new Gateway();
    const still = standstill('append');
    const answers = [atFirst(edit('v1')), first.execute(bob, { type: 'leave-conversation', conversationId: room })];
    await still.reached;
    answers.push(first.execute(cem, { type: 'leave-conversation', conversationId: room }, 'dev_cem', other));
    gateway.giveUp();
    await second.execute(ann, edit('v2'));
    still.wake();
    expect(await outcomes(answers)).toEqual(['shutting_down', 'done', 'done']);
    expect(other.asked).toBeGreaterThan(0);
    expect(await ending()).toEqual({ text: 'v2', isMember: false });
  });

  it('asks those it hears nothing more while nobody else writes', async () => {
    await atFirst(edit('v1'));
    const { asked } = gateway;
    for (const text of ['v2', 'v3', 'v4']) await atFirst(edit(text));
    expect(asked).toBeGreaterThan(0);
    expect(gateway.asked).toBe(asked);
  });
});

it('leaves behind what the last command of each kind says, whenever it stood still', { timeout: 60_000 }, async () => {
  const said = fc.array(fc.constantFrom('v1', 'v2', 'v3', 'add', 'remove'), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(said, fc.nat(8), fc.constantFrom('append', 'read'), async (what, before, at) => {
      room = await first.group(ann, bob, cem);
      await first.send(ann, room, 'm1', 'v0');
      gateway = new Gateway();
      const still = standstill(at);
      const answers = what.slice(0, before).map((one) => atFirst(commandOf(one)));
      const settled = outcomes(answers);
      await Promise.race([still.reached, settled]);
      log.beforeAppend = log.beforeRead = () => undefined;
      gateway.giveUp();
      for (const one of what) await second.execute(ann, commandOf(one));
      const expected = await ending();
      still.wake();
      await settled;
      expect(await ending()).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});
