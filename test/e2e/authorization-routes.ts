import { randomUUID } from 'node:crypto';
import { conversationCommandRoutes, type ErrorCode, messageCommandRoutes } from '@parley/protocol';
import { password, type Person, register } from '../kit/people.js';
import { ask, type CallInput } from '../kit/rest.js';
import type { Actor, ActorName, Cast } from './authorization-actors.js';
import type { Scene } from './authorization-scene.js';

/** One field of the matrix: who asks, and about what. */
interface Cell {
  readonly serverUrl: string;
  readonly cast: Cast;
  readonly actor: Actor;
  readonly scene: Scene;
}

/** How to ask a route in a way that succeeds for those who may. */
export interface Recipe {
  readonly input: (cell: Cell) => CallInput | Promise<CallInput>;
  /** What these are told instead of what the access of the route alone would say; with the reason beside it. */
  readonly instead?: Partial<Record<ActorName, 'allowed' | ErrorCode>>;
}

const plain: Recipe = { input: () => ({}) };
const withBody = (body: (cell: Cell) => unknown): Recipe => ({ input: (cell) => ({ body: body(cell) }) });
const withQuery = (query: NonNullable<CallInput['query']>): Recipe => ({ input: () => ({ query }) });

const onConversation = (body?: (cell: Cell) => unknown): Recipe => ({
  input: (cell) => ({
    params: { conversationId: cell.scene.conversationId },
    ...(body === undefined ? {} : { body: body(cell) }),
  }),
});
const onMember = (userId: (cell: Cell) => string, body?: unknown): Recipe => ({
  input: (cell) => ({
    params: { conversationId: cell.scene.conversationId, userId: userId(cell) },
    ...(body === undefined ? {} : { body }),
  }),
});
/** On one's own message, with parameters of its own. */
const onMessage = (more: Readonly<Record<string, string>> = {}, body?: unknown): Recipe => ({
  input: ({ scene, actor }) => ({
    params: { conversationId: scene.conversationId, sequence: scene.sequenceOf(actor.name), ...more },
    ...(body === undefined ? {} : { body }),
  }),
});

/** Ends what it is done with: everybody who may gets a new person for it. */
const asSomebodyNew = (input: (person: Person) => CallInput): Recipe => ({
  input: async ({ serverUrl, actor, cast }) => {
    if (actor.person === undefined) return { ...input(cast.bystander), token: actor.token };
    const person = await register(serverUrl, 'passer-by');
    return { ...input(person), token: person.token };
  },
});

const onSomebodyNew: Recipe = {
  input: async ({ serverUrl }) => ({ params: { userId: (await register(serverUrl, 'passer-by')).userId } }),
};

const newInvite = ({ serverUrl, cast, scene }: Cell): Promise<{ inviteId: string; code: string }> =>
  ask(serverUrl, conversationCommandRoutes.createInvite, {
    token: cast.owner.token,
    params: { conversationId: scene.conversationId },
    body: {},
  });

/** A message that the actor can see: of the scene for its members, of a group of their own for other people. */
async function somethingToForward({ serverUrl, actor, scene }: Cell): Promise<unknown> {
  if (actor.person === undefined || ['member', 'admin', 'owner'].includes(actor.name)) {
    return { conversationId: scene.conversationId, sequence: 1 };
  }
  const { token } = actor.person;
  const { conversationId } = await ask(serverUrl, conversationCommandRoutes.startConversation, {
    token,
    body: { kind: 'group', memberIds: [], title: 'Alone' },
  });
  const { sequence } = await ask(serverUrl, messageCommandRoutes.sendMessage, {
    token,
    params: { conversationId },
    body: { clientMessageId: randomUUID(), content: text },
  });
  return { conversationId, sequence };
}

const text = { type: 'text.v1', text: 'Hello' };
const bystander = ({ cast }: Cell): string => cast.bystander.userId;
const personId = (cast: Cast, name: ActorName): string => cast[name].person?.userId ?? '';

/** Every route has its recipe: a new route without one fails the matrix. */
export const recipes: Readonly<Record<string, Recipe>> = {
  registerUser: withBody(() => ({ username: `new-${randomUUID().slice(0, 8)}`, password })),
  logIn: withBody(({ cast }) => ({ username: cast.bystander.username, password })),
  refreshSession: {
    input: async ({ serverUrl }) => {
      const { refreshToken } = await register(serverUrl, 'passer-by');
      return { body: { refreshToken } };
    },
  },
  logOut: asSomebodyNew(() => ({})),
  changePassword: asSomebodyNew(() => ({ body: { currentPassword: password, newPassword: `${password}!` } })),
  listDevices: plain,
  logOutDevice: asSomebodyNew(({ deviceId }) => ({ params: { deviceId } })),
  logOutEverywhere: asSomebodyNew(() => ({})),
  changeProfile: withBody(() => ({ about: 'Here' })),
  blockUser: onSomebodyNew,
  unblockUser: onSomebodyNew,

  startConversation: withBody((cell) => ({ kind: 'group', memberIds: [bystander(cell)], title: 'Another' })),
  changeConversation: onConversation(() => ({ title: 'A new title' })),
  leaveConversation: {
    ...onConversation(),
    // Leaving may be repeated; whoever has left or was removed knows of the conversation and learns nothing.
    instead: { owner: 'last_owner', 'former member': 'allowed' },
  },
  addMembers: onConversation(({ cast }) => ({ userIds: [cast.newcomer.userId] })),
  changeRole: onMember(({ cast }) => personId(cast, 'member'), { role: 'admin' }),
  removeMember: onMember(bystander),
  transferOwnership: onConversation(({ cast }) => ({ userId: personId(cast, 'admin') })),
  createInvite: onConversation(() => ({})),
  revokeInvite: {
    input: async (cell) => {
      const { inviteId } = await newInvite(cell);
      return { params: { conversationId: cell.scene.conversationId, inviteId } };
    },
  },
  joinByInvite: { input: async (cell) => ({ body: { code: (await newInvite(cell)).code } }) },

  sendMessage: onConversation(() => ({ clientMessageId: randomUUID(), content: text })),
  forwardMessage: {
    input: async (cell) => ({
      params: { conversationId: cell.scene.conversationId },
      body: { clientMessageId: randomUUID(), from: await somethingToForward(cell) },
    }),
    // They are nobody's members: what they would forward is not theirs to see.
    instead: { analyst: 'message_not_found', operator: 'message_not_found' },
  },
  editMessage: onMessage({}, { content: text }),
  deleteMessage: onMessage(),
  react: onMessage({ emoji: '👍' }),
  unreact: onMessage({ emoji: '👍' }),
  pinMessage: onMessage(),
  unpinMessage: onMessage(),
  advanceWatermark: onConversation(() => ({ read: 1 })),
  changeSettings: onConversation(() => ({ muted: true })),

  getMe: plain,
  listConversations: plain,
  getConversation: onConversation(),
  listMessages: onConversation(),
  listTimeline: onConversation(),
  getMessage: onMessage(),
  listMessageReceipts: onMessage(),
  getReceipts: onConversation(),
  listReceipts: onConversation(),
  listWatermarks: onConversation(),
  listMembers: onConversation(),
  getConversationAsOf: onConversation(),
  listMembersAsOf: onConversation(),
  listMessagesAsOf: onConversation(),
  listMoments: onConversation(),
  sync: plain,
  listPeople: { input: ({ cast }) => ({ query: { username: cast.bystander.username } }) },
  getPerson: { input: ({ cast }) => ({ params: { userId: cast.bystander.userId } }) },
  listPresence: { input: ({ cast }) => ({ query: { userIds: cast.bystander.userId } }) },
  search: { input: ({ scene }) => ({ query: { query: scene.secretWord } }) },
  replayEvents: withQuery({ limit: 3 }),

  discover: plain,
  getOpenapiDocument: plain,
  getAsyncapiDocument: plain,
  getReferencePage: plain,
  getErrorsPage: plain,
  livez: plain,
  readyz: plain,
  healthz: withQuery({ verbose: '' }),
  metrics: plain,
  listProjections: plain,
  rebuildProjection: { input: () => ({ params: { name: 'people' } }) },
  listParkedEvents: plain,
  retryParkedEvent: { input: () => ({ params: { projection: 'people', position: '1' } }) },
};
