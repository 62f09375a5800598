import type {
  HistoryPage,
  HistoryQuery,
  MemberView,
  MessageRef,
  MessageView,
  NoticeView,
  Outgoing,
  ParleyClient,
  SendOptions,
} from '@parley/client';
import type { People } from './people.js';

/** What a page may ask of the host. Each answers once it is done; a refusal carries the client's stable code. */
export type Methods = ReturnType<typeof methodsOf>;

/** Below this many held messages a page of history is kept too, so that the next run opens with it. */
const worthKeeping = 40;
const membersShown = 1000;

export interface Opened {
  readonly messages: readonly MessageView[];
  readonly notices: readonly NoticeView[];
}

export function methodsOf(client: ParleyClient, people: People) {
  const { api } = client;
  return {
    register: (username: string, password: string, displayName: string, deviceName: string) =>
      client.register({ username, password, deviceName, ...(displayName === '' ? {} : { displayName }) }),
    logIn: (username: string, password: string, deviceName: string) => client.logIn({ username, password, deviceName }),
    logOut: () => client.logOut(),
    /** Comes back at once: from a wait, or after this device was in use elsewhere. */
    async reconnect() {
      if (client.connection.phase === 'waiting') client.reconnectNow();
      else if (client.connection.phase === 'stopped') await client.connect();
    },

    async send(conversationId: string, text: string, options: SendOptions) {
      // Whether it is accepted, the outbox tells; here it is only put in.
      void client.send(conversationId, text, options);
    },
    async forward(from: MessageRef, conversationId: string) {
      void client.forward(from, conversationId);
    },
    async retry(message: Outgoing) {
      void client.retry(message)?.catch(() => {});
    },
    dismiss: async (message: Outgoing) => client.dismiss(message),
    edit: (message: MessageRef, text: string, mentions: readonly string[]) => client.edit(message, text, mentions),
    delete: (message: MessageRef) => client.delete(message),
    react: (message: MessageRef, emoji: string, active: boolean) => client.react(message, emoji, active),
    pin: (message: MessageRef, active: boolean) => client.pin(message, active),
    markRead: async (conversationId: string, upTo: number) => client.markRead(conversationId, upTo),
    markUnread: (conversationId: string, marked: boolean) => client.markUnread(conversationId, marked),
    setTyping: async (conversationId: string, active: boolean) => client.setTyping(conversationId, active),

    /** What is held here, at once. */
    open: async (conversationId: string): Promise<Opened> => ({
      messages: client.window(conversationId),
      notices: client.notices(conversationId),
    }),
    history: (conversationId: string, query: HistoryQuery): Promise<HistoryPage> =>
      client.history(conversationId, query),
    /** The newest page of history. Where little of it is held, it is from now on. */
    async newest(conversationId: string, limit: number): Promise<HistoryPage> {
      const page = await client.history(conversationId, { limit, notices: true });
      if (page.hasMoreBefore && client.window(conversationId).length < worthKeeping)
        client.loadOlder(conversationId, limit).catch(() => {});
      else if (client.window(conversationId).length < page.entries.length)
        client.loadOlder(conversationId, limit).catch(() => {});
      return page;
    },
    message: (conversationId: string, sequence: number) => api.messages.get(conversationId, sequence),
    search: (query: string, cursor: string | null, order: 'newest' | 'relevance') =>
      api.messages.search({ query, order, limit: 30, ...(cursor === null ? {} : { cursor }) }),
    readers: (conversationId: string, sequence: number) =>
      api.receipts.ofMessage(conversationId, sequence, { limit: 200 }),

    people: async (userIds: readonly string[]) => people.learn(userIds),
    async findPeople(query: string) {
      const { data } = await api.people.find({ query, limit: 20 });
      people.note(data);
      return data;
    },
    async startDirect(userId: string) {
      return (await api.conversations.startDirect(userId)).conversationId;
    },
    async startGroup(kind: 'group' | 'channel', title: string, memberIds: readonly string[]) {
      const wanted = { title, memberIds: [...memberIds] };
      const { startGroup, startChannel } = api.conversations;
      return (await (kind === 'group' ? startGroup(wanted) : startChannel(wanted))).conversationId;
    },
    changeConversation: (conversationId: string, change: { title?: string; description?: string }) =>
      api.conversations.change(conversationId, change),
    changeSettings: (conversationId: string, settings: Parameters<typeof api.conversations.changeSettings>[1]) =>
      api.conversations.changeSettings(conversationId, settings),
    leave: (conversationId: string) => api.conversations.leave(conversationId),
    /** At most a thousand. */
    async members(conversationId: string): Promise<readonly MemberView[]> {
      const found: MemberView[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof api.members.list>> = await api.members.list(conversationId, {
          limit: 200,
          ...(cursor === null ? {} : { cursor }),
        });
        found.push(...page.data);
        cursor = page.nextCursor;
      } while (cursor !== null && found.length < membersShown);
      people.learn(found.map(({ userId }) => userId));
      return found;
    },
    addMembers: (conversationId: string, userIds: readonly string[]) => api.members.add(conversationId, userIds),
    removeMember: (conversationId: string, userId: string) => api.members.remove(conversationId, userId),
    changeRole: (conversationId: string, userId: string, role: 'admin' | 'member') =>
      api.members.changeRole(conversationId, userId, role),
    transferOwnership: (conversationId: string, userId: string) =>
      api.members.transferOwnership(conversationId, userId),
    createInvite: (conversationId: string) => api.invites.create(conversationId),
    async join(code: string) {
      return (await api.invites.join(code)).conversationId;
    },

    me: () => api.me.get(),
    async rename(displayName: string) {
      await api.me.changeProfile({ displayName });
      people.note([await api.me.get()]);
    },
    devices: async () => (await api.devices.list()).data,
    logOutDevice: (deviceId: string) => api.devices.logOut(deviceId),
  };
}
