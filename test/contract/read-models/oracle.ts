import {
  closeWindow,
  isMember,
  openWindow,
  parseStream,
  sees,
  seesPosition,
  unreadCount,
  type MembershipWindow,
  type MessageContent,
  type MessageSent,
  type WatermarksAdvanced,
  type ParleyEvent,
} from '@parley/events';

export interface OracleMessage {
  readonly sequence: number;
  readonly position: number;
  readonly senderId: string;
  /** null once deleted. */
  text: string | null;
  mentions: readonly string[];
  /** What it said from which position on: edits and the deletion. */
  readonly history: { readonly position: number; readonly text: string | null }[];
  reactions: string[];
  pinned: boolean;
}

export interface OracleConversation {
  readonly id: string;
  title: string | null;
  readonly messages: OracleMessage[];
  readonly windows: Map<string, readonly MembershipWindow[]>;
  readonly roles: Map<string, string>;
  readonly notices: number[];
  readonly read: Map<string, number>;
}

/** What is told in a log, folded in the plainest way: whole conversations in memory, no indexes, no batches. */
export class Oracle {
  readonly conversations = new Map<string, OracleConversation>();

  fold(
    told: readonly { readonly stream: string; readonly event: ParleyEvent | null; readonly position: number }[],
  ): this {
    for (const { stream, event, position } of told) {
      const id = parseStream(stream)?.id ?? '';
      if (event !== null) this.#apply(id, event, position);
    }
    return this;
  }

  get(id: string): OracleConversation {
    let conversation = this.conversations.get(id);
    if (conversation === undefined) {
      const maps = { windows: new Map(), roles: new Map(), read: new Map() };
      conversation = { id, title: null, messages: [], notices: [], ...maps };
      this.conversations.set(id, conversation);
    }
    return conversation;
  }

  windows(id: string, userId: string): readonly MembershipWindow[] {
    return this.get(id).windows.get(userId) ?? [];
  }

  isMember(id: string, userId: string): boolean {
    return isMember(this.windows(id, userId));
  }

  memberCount(id: string): number {
    return [...this.get(id).windows.values()].filter(isMember).length;
  }

  readWatermark(id: string, userId: string): number {
    const own = this.get(id).messages.filter((message) => message.senderId === userId);
    return Math.max(this.get(id).read.get(userId) ?? 0, own.at(-1)?.sequence ?? 0);
  }

  unread(id: string, userId: string): number {
    return unreadCount(this.windows(id, userId), this.readWatermark(id, userId), this.get(id).messages.length);
  }

  unreadMentions(id: string, userId: string): number {
    const read = this.readWatermark(id, userId);
    return this.get(id).messages.filter(
      ({ sequence, mentions }) =>
        sequence > read && mentions.includes(userId) && sees(this.windows(id, userId), sequence),
    ).length;
  }

  visible(id: string, userId: string): readonly OracleMessage[] {
    return this.get(id).messages.filter(({ sequence }) => sees(this.windows(id, userId), sequence));
  }

  /** Messages and notices that this person's devices must have been told at some time. */
  owed(userId: string): readonly string[] {
    return [...this.conversations.values()]
      .flatMap(({ id, notices }) => {
        const windows = this.windows(id, userId);
        return [
          ...this.visible(id, userId).map(({ sequence }) => `${id} message ${sequence}`),
          ...notices
            .filter((position) => seesPosition(windows, position))
            .map((position) => `${id} notice ${position}`),
        ];
      })
      .toSorted();
  }

  #apply(id: string, event: ParleyEvent, position: number): void {
    // Events of a person concern no conversation here.
    if (id.startsWith('usr_')) return;
    const conversation = this.get(id);
    const { type, data } = event;
    if (type === 'ConversationStarted.v1') {
      for (const { userId, role } of data.members) this.#come(conversation, userId, role, 0, position);
    } else if (type === 'MemberAdded.v1') {
      this.#come(conversation, data.userId, data.role, data.afterSequence, position);
    } else if (type === 'MemberLeft.v1' || type === 'MemberRemoved.v1') {
      const windows = closeWindow(this.windows(id, data.userId), data.afterSequence, position);
      conversation.windows.set(data.userId, windows);
    } else if (type === 'MemberRoleChanged.v1') conversation.roles.set(data.userId, data.role);
    else if (type === 'MessageSent.v1') conversation.messages.push(newMessage(data, position));
    else if (type === 'WatermarksAdvanced.v1') this.#advance(conversation, data.advances);
    else if ('sequence' in data) changeMessage(conversation.messages[data.sequence - 1], event, position);
    if ('title' in data) conversation.title = data.title;
    if (notable.test(type)) conversation.notices.push(position);
  }

  #advance({ read: marks }: OracleConversation, advances: WatermarksAdvanced['data']['advances']): void {
    for (const { userId, read = 0 } of advances) marks.set(userId, Math.max(marks.get(userId) ?? 0, read));
  }

  #come(conversation: OracleConversation, userId: string, role: string, afterSequence: number, position: number): void {
    conversation.roles.set(userId, role);
    const windows = openWindow(this.windows(conversation.id, userId), afterSequence, position);
    conversation.windows.set(userId, windows);
  }
}

const notable = /^(Conversation(Started|Renamed)|Member)/;

function newMessage(data: MessageSent['data'], position: number): OracleMessage {
  const { sequence, senderId, content, mentions = [] } = data;
  const text = textOf(content);
  const marks = { reactions: [], pinned: false };
  return { sequence, position, senderId, text, mentions, history: [{ position, text }], ...marks };
}

function changeMessage(message: OracleMessage | undefined, event: ParleyEvent, position: number): void {
  if (message === undefined || message.text === null) return;
  if (event.type === 'MessageEdited.v1') {
    Object.assign(message, { text: textOf(event.data.content), mentions: event.data.mentions ?? [] });
    message.history.push({ position, text: message.text });
  } else if (event.type === 'MessageDeleted.v1') {
    Object.assign(message, { text: null, mentions: [], reactions: [], pinned: false });
    message.history.push({ position, text: null });
  } else if (event.type === 'ReactionAdded.v1' || event.type === 'ReactionRemoved.v1') {
    const reaction = `${event.data.emoji} ${event.data.userId}`;
    message.reactions = message.reactions.filter((each) => each !== reaction);
    if (event.type === 'ReactionAdded.v1') message.reactions.push(reaction);
  } else message.pinned = event.type === 'MessagePinned.v1';
}

const textOf = (content: MessageContent): string | null => (content.type === 'text.v1' ? content.text : null);
