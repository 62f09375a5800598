import { type BodyOf, call, type QueryOf, type ResponseOf } from './routes.js';
import type { Transport } from './transport.js';

/** A part of a list: give `nextCursor` of a page to get the next one. */
export interface Page {
  readonly cursor?: string;
  readonly limit?: number;
}

/** REST, grouped by what it is about. */
export class Api {
  readonly #transport: Transport;
  readonly #uniqueId: () => string;

  constructor(transport: Transport, uniqueId: () => string) {
    this.#transport = transport;
    this.#uniqueId = uniqueId;
  }

  /** Oneself. */
  readonly me = {
    get: () => call(this.#transport, 'getMe'),
    changeProfile: (body: BodyOf<'changeProfile'>) => call(this.#transport, 'changeProfile', { body }),
    /** Logs out the other devices. */
    changePassword: (body: BodyOf<'changePassword'>) => call(this.#transport, 'changePassword', { body }),
    block: (userId: string) => call(this.#transport, 'blockUser', { params: { userId } }),
    unblock: (userId: string) => call(this.#transport, 'unblockUser', { params: { userId } }),
  };

  readonly devices = {
    list: () => call(this.#transport, 'listDevices'),
    logOut: (deviceId: string) => call(this.#transport, 'logOutDevice', { params: { deviceId } }),
    /** This one, too. */
    logOutEverywhere: () => call(this.#transport, 'logOutEverywhere'),
  };

  readonly people = {
    get: (userId: string) => call(this.#transport, 'getPerson', { params: { userId } }),
    /** By words of their names, by user name or by ids: give one of the three. */
    find: (query: QueryOf<'listPeople'>) => call(this.#transport, 'listPeople', { query }),
  };

  readonly conversations = {
    list: (query: QueryOf<'listConversations'> = {}) => call(this.#transport, 'listConversations', { query }),
    get: (conversationId: string) => call(this.#transport, 'getConversation', { params: { conversationId } }),
    /** With one other person: started twice it is the same one. */
    startDirect: (userId: string) => this.#start({ kind: 'direct', memberIds: [userId] }),
    /** Several people who all write. `key`: the same key again starts nothing new. */
    startGroup: (group: Omit<BodyOf<'startConversation'>, 'kind'>, key?: string) =>
      this.#start({ ...group, kind: 'group' }, key),
    /** Few write, many read. */
    startChannel: (channel: Omit<BodyOf<'startConversation'>, 'kind'>, key?: string) =>
      this.#start({ ...channel, kind: 'channel' }, key),
    change: (conversationId: string, body: BodyOf<'changeConversation'>) =>
      call(this.#transport, 'changeConversation', { params: { conversationId }, body }),
    /** One's own: muted, archived, marked as unread. */
    changeSettings: (conversationId: string, body: BodyOf<'changeSettings'>) =>
      call(this.#transport, 'changeSettings', { params: { conversationId }, body }),
    leave: (conversationId: string) => call(this.#transport, 'leaveConversation', { params: { conversationId } }),
  };

  readonly members = {
    list: (conversationId: string, query: Page = {}) =>
      call(this.#transport, 'listMembers', { params: { conversationId }, query }),
    add: (conversationId: string, userIds: readonly string[]) =>
      call(this.#transport, 'addMembers', { params: { conversationId }, body: { userIds: [...userIds] } }),
    remove: (conversationId: string, userId: string) =>
      call(this.#transport, 'removeMember', { params: { conversationId, userId } }),
    changeRole: (conversationId: string, userId: string, role: BodyOf<'changeRole'>['role']) =>
      call(this.#transport, 'changeRole', { params: { conversationId, userId }, body: { role } }),
    transferOwnership: (conversationId: string, userId: string) =>
      call(this.#transport, 'transferOwnership', { params: { conversationId }, body: { userId } }),
  };

  readonly invites = {
    create: (conversationId: string, body: BodyOf<'createInvite'> = {}) =>
      call(this.#transport, 'createInvite', { params: { conversationId }, body }),
    revoke: (conversationId: string, inviteId: string) =>
      call(this.#transport, 'revokeInvite', { params: { conversationId, inviteId } }),
    join: (code: string) => call(this.#transport, 'joinByInvite', { body: { code } }),
  };

  readonly messages = {
    /** Without a socket; `client.send` waits for a connection and keeps the message until it is accepted. */
    send: (conversationId: string, body: BodyOf<'sendMessage'>) =>
      call(this.#transport, 'sendMessage', {
        params: { conversationId },
        body: { clientMessageId: this.#uniqueId(), ...body },
        repeatable: true,
      }),
    list: (conversationId: string, query: QueryOf<'listMessages'> = {}) =>
      call(this.#transport, 'listMessages', { params: { conversationId }, query }),
    /** With system messages in between. */
    timeline: (conversationId: string, query: QueryOf<'listTimeline'> = {}) =>
      call(this.#transport, 'listTimeline', { params: { conversationId }, query }),
    get: (conversationId: string, sequence: number) =>
      call(this.#transport, 'getMessage', { params: { conversationId, sequence } }),
    search: (query: QueryOf<'search'>) => call(this.#transport, 'search', { query }),
  };

  readonly receipts = {
    /** How far the members have come, added up. */
    of: (conversationId: string) => call(this.#transport, 'getReceipts', { params: { conversationId } }),
    ofMembers: (conversationId: string, query: Page = {}) =>
      call(this.#transport, 'listReceipts', { params: { conversationId }, query }),
    ofMessage: (conversationId: string, sequence: number, query: Page = {}) =>
      call(this.#transport, 'listMessageReceipts', { params: { conversationId, sequence }, query }),
    /** One's own devices. */
    ofDevices: (conversationId: string) => call(this.#transport, 'listWatermarks', { params: { conversationId } }),
  };

  #start(
    body: BodyOf<'startConversation'>,
    idempotencyKey = this.#uniqueId(),
  ): Promise<ResponseOf<'startConversation'>> {
    return call(this.#transport, 'startConversation', { body, idempotencyKey });
  }
}
