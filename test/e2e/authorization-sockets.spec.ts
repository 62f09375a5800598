import { randomUUID } from 'node:crypto';
import {
  type ClientFrame,
  clientFrames,
  closeCodes,
  type CloseReason,
  conversationCommandRoutes,
  type ErrorCode,
  messageCommandRoutes,
  type ServerFrame,
} from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../kit/rest.js';
import { startServer, type TestServer } from '../kit/server.js';
import { TestSocket } from '../kit/socket.js';
import {
  type ActorName,
  actorNames,
  type Cast,
  gatherCast,
  strangersToTheConversation,
  strangersToTheServer,
} from './authorization-actors.js';
import { type FrameCell, frameRules } from './authorization-frames.js';
import { type Scene, setScene } from './authorization-scene.js';

const secret = 'the secret of the server under test';
const frameTypes = Object.keys(clientFrames) as ClientFrame['type'][];
const insiders = actorNames.filter((actor) => !strangersToTheServer.includes(actor));

let server: TestServer;
let cast: Cast;
/** Nobody ever changes it. */
let untouched: Scene;
/** Of everybody who can have one: a group of their own with one message. */
const homes = new Map<ActorName, FrameCell['own']>();

beforeAll(async () => {
  server = await startServer({ environment: { PARLEY_SECRET: secret } });
  cast = await gatherCast(server.url, secret);
  untouched = await setScene(server.url, cast);
  for (const actor of insiders) if (cast[actor].person !== undefined) homes.set(actor, await newHome(actor));
});

afterAll(() => server.dispose());

async function newHome(actor: ActorName): Promise<FrameCell['own']> {
  const { token } = cast[actor];
  const { conversationId } = await ask(server.url, conversationCommandRoutes.startConversation, {
    token,
    body: { kind: 'group', memberIds: [], title: 'Alone' },
  });
  await say(actor, conversationId, 'nothing');
  return { conversationId, sequence: 1 };
}

async function say(actor: ActorName, conversationId: string, text: string): Promise<void> {
  await ask(server.url, messageCommandRoutes.sendMessage, {
    token: cast[actor].token,
    params: { conversationId },
    body: { clientMessageId: randomUUID(), content: { type: 'text.v1', text } },
  });
}

function frameOf(type: ClientFrame['type'], actor: ActorName, scene: Scene): Readonly<Record<string, unknown>> {
  const home = { conversationId: scene.conversationId, sequence: 1 };
  return { type, ...frameRules[type].frame({ cast, actor, scene, own: homes.get(actor) ?? home }) };
}

/** Takes part as this actor, and checks every frame heard against the documents. */
async function asActor<T>(actor: ActorName, doIt: (socket: TestSocket) => Promise<T>, sync = false): Promise<T> {
  const socket = await TestSocket.hello(server.socketUrl, cast[actor].token ?? '', { sync });
  try {
    const result = await doIt(socket);
    expect(socket.mistakes).toEqual([]);
    return result;
  } finally {
    await socket.close();
  }
}

const withoutRef = ({ ref: _ref, ...frame }: Extract<ServerFrame, { type: 'error' }>): unknown => frame;
const takesRef = (type: ClientFrame['type']): boolean => 'ref' in clientFrames[type].shape;

/** What a frame brings: the type of its answer, the code of its refusal, or null when nothing answers. */
async function outcomeOf(socket: TestSocket, frame: Readonly<Record<string, unknown>>): Promise<string | null> {
  if (takesRef(frame['type'] as ClientFrame['type'])) {
    const answer = await socket.request(frame);
    return answer.type === 'error' ? answer.code : answer.type;
  }
  socket.say(frame);
  await socket.request({ type: 'ping' });
  return socket.find('error')?.code ?? null;
}

function expectedOf(type: ClientFrame['type'], actor: ActorName): string | null {
  const { access, granted } = frameRules[type];
  if (access === 'session' || !strangersToTheConversation.includes(actor)) return granted;
  const seesNothing = cast[actor].person === undefined;
  return type === 'forward' && seesNothing ? 'message_not_found' : 'conversation_not_found';
}

describe.each(frameTypes)('the frame %s', (type) => {
  it.each(insiders)('of %s', async (actor) => {
    const changesScene = frameRules[type].access === 'member' && !strangersToTheConversation.includes(actor);
    const scene = changesScene ? await setScene(server.url, cast) : untouched;
    const outcome = await asActor(actor, async (socket) => {
      // Whether one types where one is a member shows once the server knows where that is.
      if (type === 'typing')
        await socket.request({ type: 'sync' }).then(() => socket.until(() => socket.find('caught_up')));
      return outcomeOf(socket, frameOf(type, actor, scene));
    });
    expect(outcome).toBe(expectedOf(type, actor));
  });
});

describe.each(frameTypes.filter((type) => frameRules[type].access === 'member' && takesRef(type)))(
  'the frame %s hides what is not theirs:',
  (type) => {
    it.each(strangersToTheConversation)('%s cannot tell it from a conversation that does not exist', async (actor) => {
      const frame = frameOf(type, actor, untouched);
      const answers = await asActor(actor, async (socket) => [
        await socket.request(frame),
        await socket.request({ ...frame, conversationId: 'cnv_neverStartedByAnybody' }),
      ]);
      const [real, made] = answers.map((answer) => (answer.type === 'error' ? withoutRef(answer) : answer.type));
      expect(real).toEqual(made);
    });
  },
);

/** How those are sent away whose token says nothing. */
const farewells: readonly (readonly [ActorName, ErrorCode, CloseReason])[] = [
  ['nobody', 'hello_expected', 'protocolViolation'],
  ['another issuer', 'unauthenticated', 'unauthenticated'],
  ['expired', 'token_expired', 'tokenExpired'],
  ['tampered', 'unauthenticated', 'unauthenticated'],
];

/** Every frame heard until the server closed, errors by their codes; and how it closed. */
async function heardUntilClosed(socket: TestSocket): Promise<unknown> {
  const closed = await socket.untilClosed();
  const heard = socket.frames.map((frame) => (frame.type === 'error' ? frame.code : frame.type));
  return { heard, closed, mistakes: socket.mistakes };
}

const sentAway = (code: ErrorCode, reason: CloseReason): unknown => ({
  heard: [code],
  closed: { code: closeCodes[reason].code, reason },
  mistakes: [],
});

describe.each(farewells)('%s', (actor, code, reason) => {
  it.each(frameTypes)('says %s and is sent away with one error', async (type) => {
    const { token } = cast[actor];
    const { token: _own, ...frame } = frameOf(type, actor, untouched);
    const socket = await TestSocket.open(server.socketUrl);
    const hello = token === undefined ? [] : [{ type: 'hello', token }];
    socket.say(...hello, { ...frame, ...(takesRef(type) ? { ref: 1 } : {}) });
    expect(await heardUntilClosed(socket)).toEqual(sentAway(code, reason));
  });
});

describe.each(farewells.filter(([actor]) => actor !== 'nobody'))('%s', (actor, code, reason) => {
  it('is sent away with the token in the header, too', async () => {
    const headers = { Authorization: `Bearer ${cast[actor].token ?? ''}` };
    const socket = await TestSocket.open(server.socketUrl, headers);
    expect(await heardUntilClosed(socket)).toEqual(sentAway(code, reason));
  });
});

describe('what comes unasked', () => {
  it.each(['stranger', 'former member', 'analyst'] as const)(
    'brings %s nothing of a conversation they are not in: no message, no typing, no receipt',
    async (actor) => {
      const scene = await setScene(server.url, cast);
      await asActor(
        actor,
        async (socket) => {
          await socket.until(() => socket.find('caught_up'));
          const before = socket.frames.length;
          await asActor(
            'owner',
            async (owner) => {
              await owner.until(() => owner.find('caught_up'));
              owner.say({ type: 'typing', conversationId: scene.conversationId, active: true });
              await say('owner', scene.conversationId, `${scene.secretWord} again`);
              await owner.request({ type: 'read', conversationId: scene.conversationId, upTo: 1 });
              await owner.until(() => JSON.stringify(owner.frames).includes(`${scene.secretWord} again`));
            },
            true,
          );
          await socket.request({ type: 'ping' });
          expect(JSON.stringify(socket.frames.slice(before))).not.toContain(scene.conversationId);
        },
        true,
      );
    },
  );

  it('tells a stranger nothing of who is here', async () => {
    const userId = cast.owner.person?.userId ?? '';
    await asActor('owner', async () => {
      const seenBy = (actor: ActorName): Promise<ServerFrame> =>
        asActor(actor, (socket) => socket.request({ type: 'presence_subscribe', userIds: [userId] }));
      expect(await seenBy('stranger')).toMatchObject({ people: [{ userId, state: 'offline', lastSeen: null }] });
      expect(await seenBy('analyst')).toMatchObject({ people: [{ userId, state: 'offline', lastSeen: null }] });
      expect(await seenBy('member')).toMatchObject({ people: [{ userId, state: 'online' }] });
    });
  });

  it('begins for a device without a cursor with its own conversations alone', async () => {
    await asActor(
      'stranger',
      async (socket) => {
        await socket.until(() => socket.find('caught_up'));
        const heard = JSON.stringify(socket.frames);
        expect(heard).toContain(homes.get('stranger')?.conversationId);
        expect(heard).not.toContain(untouched.conversationId);
      },
      true,
    );
  });
});
