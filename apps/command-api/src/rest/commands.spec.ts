import { conversationStream } from '@parley/events';
import type { SessionView } from '@parley/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RestAnswer, RestSide } from '../testing/rest-side.js';

let side: RestSide;
let ann: SessionView;
let bob: SessionView;
let room: string;

beforeEach(async () => {
  side = await RestSide.start();
  [ann, bob] = await Promise.all([side.register('ann'), side.register('bob')]);
  const { body } = await as(ann, 'POST', '/v1/conversations', {
    kind: 'group',
    title: 'Room',
    memberIds: [bob.userId],
  });
  room = `/v1/conversations/${String(body['conversationId'])}`;
});
afterEach(() => side.stop());

const as = (
  who: SessionView,
  method: Parameters<RestSide['ask']>[0],
  url: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<RestAnswer> =>
  side.ask(method, url, { token: who.accessToken, headers, ...(body === undefined ? {} : { body }) });
const text = (value: string): object => ({ content: { type: 'text.v1', text: value } });
const send = (who: SessionView, id: string, value = id): Promise<RestAnswer> =>
  as(who, 'POST', `${room}/messages`, text(value), { 'idempotency-key': `"${id}"` });

const direct = (who: SessionView, other: SessionView): Promise<RestAnswer> =>
  as(who, 'POST', '/v1/conversations', { kind: 'direct', memberIds: [other.userId] });

describe('sending', () => {
  it('answers 201 with the place, and 200 with the same place for the same again', async () => {
    const first = await send(ann, 'm1', 'hello');
    const again = await send(ann, 'm1', 'hello');
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(first.body).toMatchObject({ sequence: 1, repeated: false });
    expect(again.body).toMatchObject({ sequence: 1, repeated: true, messageId: first.body['messageId'] });
    expect(Number(again.headers['parley-position'])).toBeGreaterThan(0);
    const other = await send(ann, 'm1', 'bye');
    expect([other.status, other.body['code']]).toEqual([422, 'idempotency_conflict']);
    expect(other.headers['content-type']).toContain('application/problem+json');
  });

  it('takes the id from the body as well, and needs one', async () => {
    const inBody = await as(ann, 'POST', `${room}/messages`, { clientMessageId: 'm1', ...text('hello') });
    expect(inBody.status).toBe(201);
    expect((await send(ann, 'm1', 'hello')).status).toBe(200);
    expect((await as(ann, 'POST', `${room}/messages`, text('x'))).body['code']).toBe('invalid_request');
    const two = await as(
      ann,
      'POST',
      `${room}/messages`,
      { clientMessageId: 'm2', ...text('x') },
      { 'idempotency-key': '"m3"' },
    );
    expect(two.body['code']).toBe('invalid_request');
  });
});

it('changes, reacts to, pins, forwards and deletes messages', async () => {
  await send(ann, 'm1');
  const message = `${room}/messages/1`;
  const emoji = encodeURIComponent('👩‍👩‍👧‍👦');
  const steps: readonly (readonly [SessionView, Parameters<RestSide['ask']>[0], string, object?])[] = [
    [ann, 'PATCH', message, text('edited')],
    [bob, 'PUT', `${message}/reactions/${emoji}`],
    [bob, 'DELETE', `${message}/reactions/${emoji}`],
    [bob, 'PUT', `${message}/pin`],
    [bob, 'DELETE', `${message}/pin`],
    [bob, 'PUT', `${room}/watermark`, { read: 1 }],
    [bob, 'PUT', `${room}/settings`, { muted: true, archived: true, markedUnread: true }],
  ];
  for (const [who, method, url, body] of steps) {
    const answer = await as(who, method, url, body);
    expect([url, answer.status, Number(answer.headers['parley-position']) > 0]).toEqual([url, 204, true]);
  }
  const conversationId = room.split('/').at(-1);
  const forward = { from: { conversationId, sequence: 1 }, clientMessageId: 'f1' };
  expect((await as(bob, 'POST', `${room}/forward`, forward)).body).toMatchObject({ sequence: 2 });
  expect((await as(bob, 'DELETE', message)).body['code']).toBe('forbidden');
  expect((await as(ann, 'DELETE', message)).status).toBe(204);
  const types = (await side.log.readStream(conversationStream(String(conversationId)))).map(({ type }) => type);
  expect(types.slice(1)).toEqual([
    'MessageSent.v1',
    'MessageEdited.v1',
    'ReactionAdded.v1',
    'ReactionRemoved.v1',
    'MessagePinned.v1',
    'MessageUnpinned.v1',
    'MessageSent.v1',
    'MessageDeleted.v1',
  ]);
});

it('changes a conversation and its members, by invites too', async () => {
  const [cem, eve] = await Promise.all([side.register('cem'), side.register('eve')]);
  const statuses: number[] = [];
  const done = async (answer: Promise<RestAnswer>): Promise<RestAnswer> => {
    statuses.push((await answer).status);
    return answer;
  };
  await done(as(ann, 'PATCH', room, { title: 'New', description: 'About' }));
  await done(as(ann, 'POST', `${room}/members`, { userIds: [cem.userId] }));
  await done(as(ann, 'PATCH', `${room}/members/${bob.userId}`, { role: 'admin' }));
  await done(as(bob, 'DELETE', `${room}/members/${cem.userId}`));
  await done(as(ann, 'POST', `${room}/owner`, { userId: bob.userId }));
  await done(as(ann, 'POST', `${room}/leave`));
  expect(statuses).toEqual([204, 204, 204, 204, 204, 204]);

  const invite = await as(bob, 'POST', `${room}/invites`, { expiresAt: '2100-01-01T00:00:00Z', maxUses: 1 });
  expect(invite.body).toMatchObject({ expiresAt: '2100-01-01T00:00:00.000Z', maxUses: 1 });
  const joined = await as(eve, 'POST', '/v1/invites/join', { code: invite.body['code'] });
  expect(joined.body['conversationId']).toBe(room.split('/').at(-1));
  expect((await as(cem, 'POST', '/v1/invites/join', { code: invite.body['code'] })).body['code']).toBe(
    'invite_invalid',
  );
  expect((await as(cem, 'POST', '/v1/invites/join', { code: 'nonsense' })).body['code']).toBe('invite_invalid');
  const second = await as(bob, 'POST', `${room}/invites`, {});
  expect((await as(bob, 'DELETE', `${room}/invites/${String(second.body['inviteId'])}`)).status).toBe(204);
  expect((await as(cem, 'POST', '/v1/invites/join', { code: second.body['code'] })).status).toBe(404);
});

it('starts the same direct conversation once, and one group per key', async () => {
  const [first, again] = [await direct(ann, bob), await direct(bob, ann)];
  expect([first.status, again.status]).toEqual([201, 200]);
  expect(again.body).toEqual({ conversationId: first.body['conversationId'], created: false });
  const keyed = (): Promise<RestAnswer> =>
    as(ann, 'POST', '/v1/conversations', { kind: 'group', title: 'K' }, { 'idempotency-key': '"k"' });
  expect((await keyed()).body['conversationId']).toBe((await keyed()).body['conversationId']);
  const unnamed = (): Promise<RestAnswer> => as(ann, 'POST', '/v1/conversations', { kind: 'group', title: 'K' });
  expect((await unnamed()).body['conversationId']).not.toBe((await unnamed()).body['conversationId']);
});

it('changes what others see of one, and whom one hears', async () => {
  expect((await as(ann, 'PATCH', '/v1/me', { displayName: 'Ann A.', about: 'Hi' })).status).toBe(204);
  expect((await as(ann, 'PUT', `/v1/blocks/${bob.userId}`)).status).toBe(204);
  expect((await as(ann, 'DELETE', `/v1/blocks/${bob.userId}`)).status).toBe(204);
  expect((await as(ann, 'PUT', `/v1/blocks/${ann.userId}`)).body['code']).toBe('self_not_allowed');
});

it('tells a position that shows the effect, even when it was so already', async () => {
  await send(ann, 'm1');
  const url = `${room}/messages/1/reactions/x`;
  const [first, again] = [await as(bob, 'PUT', url), await as(bob, 'PUT', url)];
  expect(Number(again.headers['parley-position'])).toBeGreaterThanOrEqual(Number(first.headers['parley-position']));
});

it('shows strangers the same as what does not exist', async () => {
  const eve = await side.register('eve');
  const nowhere = '/v1/conversations/cnv_nowhere';
  for (const [method, path, body] of [
    ['POST', '/messages', { clientMessageId: 'x', ...text('x') }],
    ['PATCH', '', { title: 'x' }],
    ['POST', '/members', { userIds: ['usr_nobody'] }],
    ['PUT', '/messages/1/pin', undefined],
    ['PUT', '/watermark', { read: 1 }],
    ['PUT', '/settings', { muted: true }],
  ] as const) {
    const [real, none] = [await as(eve, method, room + path, body), await as(eve, method, nowhere + path, body)];
    const { traceId: _one, ...told } = real.body;
    const { traceId: _other, ...toldOfNothing } = none.body;
    expect([path, told['code']]).toEqual([path, 'conversation_not_found']);
    expect(told).toEqual(toldOfNothing);
  }
});
