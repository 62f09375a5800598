import {
  closeWindow,
  isMember,
  openWindow,
  parseStream,
  sees,
  unreadCount,
  type MembershipWindow,
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

  #apply(id: string, event: ParleyEvent, position: number): void {
    const conversation = this.get(id);
    const { messages } = conversation;
    switch (event.type) {
      case 'ConversationStarted.v1':
        conversation.title = event.data.title;
        conversation.notices.push(position);
        for (const { userId, role } of event.data.members) this.#come(conversation, userId, role, 0, position);
        break;
      case 'ConversationRenamed.v1':
        conversation.title = event.data.title;
        conversation.notices.push(position);
        break;
      case 'MemberAdded.v1':
      case 'MemberJoined.v1':
        this.#come(conversation, event.data.userId, event.data.role, event.data.afterSequence, position);
        conversation.notices.push(position);
        break;
      case 'MemberLeft.v1':
      case 'MemberRemoved.v1': {
        const { userId, afterSequence } = event.data;
        conversation.windows.set(userId, closeWindow(this.windows(id, userId), afterSequence, position));
        conversation.notices.push(position);
        break;
      }
      case 'MemberRoleChanged.v1':
        conversation.roles.set(event.data.userId, event.data.role);
        conversation.notices.push(position);
        break;
      case 'MessageSent.v1': {
        const { sequence, senderId, content, mentions = [] } = event.data;
        const text = content.type === 'text.v1' ? content.text : null;
        const kept = { text, mentions, history: [{ position, text }], reactions: [], pinned: false };
        messages.push({ sequence, position, senderId, ...kept });
        break;
      }
      case 'MessageEdited.v1':
      case 'MessageDeleted.v1': {
        const message = messages[event.data.sequence - 1];
        if (message === undefined || message.text === null) break;
        const edited = event.type === 'MessageEdited.v1' ? event.data : null;
        message.text = edited?.content.type === 'text.v1' ? edited.content.text : null;
        message.mentions = edited?.mentions ?? [];
        if (edited === null) Object.assign(message, { reactions: [], pinned: false });
        message.history.push({ position, text: message.text });
        break;
      }
      case 'ReactionAdded.v1':
      case 'ReactionRemoved.v1': {
        const message = messages[event.data.sequence - 1];
        if (message === undefined || message.text === null) break;
        const reaction = `${event.data.emoji} ${event.data.userId}`;
        message.reactions = message.reactions.filter((each) => each !== reaction);
        if (event.type === 'ReactionAdded.v1') message.reactions.push(reaction);
        break;
      }
      case 'MessagePinned.v1':
      case 'MessageUnpinned.v1': {
        const message = messages[event.data.sequence - 1];
        if (message !== undefined && message.text !== null) message.pinned = event.type === 'MessagePinned.v1';
        break;
      }
      case 'WatermarksAdvanced.v1':
        for (const { userId, read = 0 } of event.data.advances) {
          conversation.read.set(userId, Math.max(conversation.read.get(userId) ?? 0, read));
        }
        break;
      default: // of a person
        this.conversations.delete(id.startsWith('usr_') ? id : '');
    }
  }

  #come(conversation: OracleConversation, userId: string, role: string, afterSequence: number, position: number): void {
    conversation.roles.set(userId, role);
    const windows = openWindow(this.windows(conversation.id, userId), afterSequence, position);
    conversation.windows.set(userId, windows);
  }
}
