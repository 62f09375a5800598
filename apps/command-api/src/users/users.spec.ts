import { EventLogUnavailable } from '@parley/ports';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WriteSide } from '../testing/write-side.js';

let side: WriteSide;
let ann: string;
let bob: string;

beforeEach(async () => {
  side = await WriteSide.start();
  [ann, bob] = (await side.register('ann', 'bob')) as [string, string];
});
afterEach(() => side.stop());

it('gives a name to one person only', async () => {
  const answers = await Promise.allSettled([side.register('cem'), side.register('cem')]);
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await side.refusal(ann, { type: 'register-user', username: 'ann', displayName: 'Ann' })).toBe(
    'username_taken',
  );
});

describe('blocking', () => {
  it('refuses direct messages, edits and reactions without saying why, and only those', async () => {
    const pair = await side.direct(ann, bob);
    const group = await side.group(ann, bob);
    await side.send(ann, pair, 'a1');
    await side.execute(bob, { type: 'block-user', userId: ann });
    const content = { type: 'text.v1', text: 'x' } as const;
    const send = { type: 'send-message', conversationId: pair, clientMessageId: 'a2', content } as const;
    expect(await side.refusal(ann, send)).toBe('message_refused');
    expect(await side.refusal(ann, { type: 'edit-message', conversationId: pair, sequence: 1, content })).toBe(
      'message_refused',
    );
    expect(await side.refusal(ann, { type: 'react', conversationId: pair, sequence: 1, emoji: '👍' })).toBe(
      'message_refused',
    );
    expect(await side.send(bob, pair, 'b1')).toMatchObject({ sequence: 2 });
    expect(await side.send(ann, group, 'a3')).toMatchObject({ sequence: 1 });
    expect(await side.send(ann, pair, 'a1')).toMatchObject({ sequence: 1, repeated: true });
    await side.execute(bob, { type: 'unblock-user', userId: ann });
    expect(await side.send(ann, pair, 'a2')).toMatchObject({ sequence: 3 });
  });

  it('refuses to start a direct conversation, but not to find the one that is there', async () => {
    const [cem] = (await side.register('cem')) as [string];
    const pair = await side.direct(ann, bob);
    await side.execute(bob, { type: 'block-user', userId: ann });
    await side.execute(cem, { type: 'block-user', userId: ann });
    expect(await side.direct(ann, bob)).toBe(pair);
    expect(
      await side.refusal(ann, { type: 'start-conversation', kind: 'direct', memberIds: [cem], idempotencyKey: 'k' }),
    ).toBe('message_refused');
  });

  it('is heeded on other nodes', async () => {
    const other = await WriteSide.start(side.log);
    const pair = await side.direct(ann, bob);
    await other.send(ann, pair, 'a0');
    await side.execute(bob, { type: 'block-user', userId: ann });
    let attempt = 0;
    await vi.waitFor(
      async () => {
        const content = { type: 'text.v1', text: 'x' } as const;
        const clientMessageId = `try${attempt++}`;
        expect(await other.refusal(ann, { type: 'send-message', conversationId: pair, clientMessageId, content })).toBe(
          'message_refused',
        );
      },
      { timeout: 5_000 },
    );
    await other.stop();
  });
});

describe('a node whose log is late', () => {
  it('starts, and heeds at once what others blocked before it could follow them', async () => {
    const pair = await side.direct(ann, bob);
    vi.spyOn(side.log, 'info').mockRejectedValue(new EventLogUnavailable('not there yet'));
    const late = await WriteSide.start(side.log);
    await late.send(ann, pair, 'a1');
    await side.execute(bob, { type: 'block-user', userId: ann });
    const content = { type: 'text.v1', text: 'x' } as const;
    const send = { type: 'send-message', conversationId: pair, clientMessageId: 'a2', content } as const;
    expect(await late.refusal(ann, send)).toBe('message_refused');
    await late.stop();
  });
});

it('keeps personal settings for members only', async () => {
  const room = await side.group(ann);
  const mute = { type: 'mute-conversation', conversationId: room, muted: true, until: null } as const;
  expect((await side.execute(ann, mute)).position).toBeGreaterThan(0);
  expect(await side.execute(ann, mute)).toEqual({ position: 0 });
  expect(await side.refusal(bob, mute)).toBe('conversation_not_found');
  expect(await side.refusal(bob, { ...mute, muted: false })).toBe('conversation_not_found');
});
