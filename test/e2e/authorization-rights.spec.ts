import { randomUUID } from 'node:crypto';
import {
  accountRoutes,
  conversationCommandRoutes,
  type ErrorCode,
  messageCommandRoutes,
  queryRoutes,
  type Route,
} from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, call, type CallInput } from '../kit/rest.js';
import { startServer, type TestServer } from '../kit/server.js';
import { type ActorName, type Cast, gatherCast } from './authorization-actors.js';
import { setScene } from './authorization-scene.js';

const secret = 'the secret of the server under test';

let server: TestServer;
let cast: Cast;

beforeAll(async () => {
  server = await startServer({ environment: { PARLEY_SECRET: secret } });
  cast = await gatherCast(server.url, secret);
});

afterAll(() => server.dispose());

/** The status, or the code of the refusal. */
async function outcome(route: Route, actor: ActorName, input: CallInput): Promise<number | ErrorCode> {
  const answer = await call(server.url, route, { token: cast[actor].token, ...input });
  return answer.status < 300 ? answer.status : (answer.body as { code: ErrorCode }).code;
}

const message = (): unknown => ({ clientMessageId: randomUUID(), content: { type: 'text.v1', text: 'Hello' } });
const { sendMessage, editMessage, deleteMessage, pinMessage, react } = messageCommandRoutes;

describe('rights on messages of others', () => {
  it.each([
    ['member', 'owner', 'not_your_message'],
    ['admin', 'member', 'not_your_message'],
    ['owner', 'member', 'not_your_message'],
  ] as const)('%s does not edit what %s said', async (actor, sender, expected) => {
    const scene = await setScene(server.url, cast);
    const params = { conversationId: scene.conversationId, sequence: scene.sequenceOf(sender) };
    const body = { content: { type: 'text.v1', text: 'Changed' } };
    expect(await outcome(editMessage, actor, { params, body })).toBe(expected);
  });

  it.each([
    ['member', 'owner', 'forbidden'],
    ['admin', 'member', 204],
    ['owner', 'member', 204],
  ] as const)('%s deletes what %s said: %s', async (actor, sender, expected) => {
    const scene = await setScene(server.url, cast);
    const params = { conversationId: scene.conversationId, sequence: scene.sequenceOf(sender) };
    expect(await outcome(deleteMessage, actor, { params })).toBe(expected);
  });
});

describe('rights in a channel: few write, many read', () => {
  it.each([
    ['member', 'forbidden'],
    ['admin', 201],
    ['owner', 201],
  ] as const)('%s sends: %s', async (actor, expected) => {
    const { conversationId } = await setScene(server.url, cast, 'channel');
    expect(await outcome(sendMessage, actor, { params: { conversationId }, body: message() })).toBe(expected);
  });

  it.each([
    ['member', 'forbidden'],
    ['admin', 204],
    ['owner', 204],
  ] as const)('%s pins: %s', async (actor, expected) => {
    const { conversationId } = await setScene(server.url, cast, 'channel');
    expect(await outcome(pinMessage, actor, { params: { conversationId, sequence: 1 } })).toBe(expected);
  });

  it.each(['member', 'admin', 'owner'] as const)('%s reads and reacts', async (actor) => {
    const { conversationId, position } = await setScene(server.url, cast, 'channel');
    const params = { conversationId, sequence: 1 };
    const headers = { 'Parley-Min-Position': position };
    expect(await outcome(queryRoutes.getMessage, actor, { params, headers })).toBe(200);
    expect(await outcome(react, actor, { params: { ...params, emoji: '👍' } })).toBe(204);
  });
});

describe('rights on people', () => {
  it('nobody logs out a device of somebody else, or learns that there is one', async () => {
    const deviceId = cast.owner.person?.deviceId ?? '';
    for (const id of [deviceId, 'dev_neverSeenAnywhere']) {
      expect(await outcome(accountRoutes.logOutDevice, 'member', { params: { deviceId: id } })).toBe(
        'device_not_found',
      );
    }
    expect(await outcome(accountRoutes.listDevices, 'owner', {})).toBe(200);
  });

  it('an admin neither removes nor demotes the owner', async () => {
    const { conversationId } = await setScene(server.url, cast);
    const params = { conversationId, userId: cast.owner.person?.userId ?? '' };
    const { removeMember, changeRole } = conversationCommandRoutes;
    expect(await outcome(removeMember, 'admin', { params })).toBe('forbidden');
    expect(await outcome(changeRole, 'admin', { params, body: { role: 'member' } })).toBe('forbidden');
  });

  it('whoever was away reads what was said while they were members, and nothing of what was said between', async () => {
    const { conversationId } = await setScene(server.url, cast);
    const params = { conversationId };
    const { token, person } = cast['former member'];
    const asOwner = { token: cast.owner.token, params };
    const { sequence: between } = await ask(server.url, sendMessage, { ...asOwner, body: message() });
    expect(await outcome(queryRoutes.listMessages, 'former member', { params })).toBe('conversation_not_found');
    const { addMembers } = conversationCommandRoutes;
    await call(server.url, addMembers, { ...asOwner, body: { userIds: [person?.userId] } });
    const { sequence: after, position } = await ask(server.url, sendMessage, { ...asOwner, body: message() });
    const headers = { 'Parley-Min-Position': position };
    const page = await ask(server.url, queryRoutes.listMessages, { token, params, headers });
    expect(page.data.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, after]);
    const hidden = { params: { conversationId, sequence: between }, headers };
    const never = { params: { conversationId, sequence: 4_711 }, headers };
    expect(await outcome(queryRoutes.getMessage, 'former member', hidden)).toBe('message_not_found');
    expect(await outcome(queryRoutes.getMessage, 'former member', never)).toBe('message_not_found');
  });
});
